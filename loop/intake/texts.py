"""Add texts to the corpus, split and grouped, with the suggestions in their file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from spacy.language import Language
from spacy.pipeline import Sentencizer

from loop.errors import InputError
from loop.formats import RawText
from loop.held_out import NOTHING_RESERVED, Reserved
from loop.intake.cleaning import Cleaning, cleaned
from loop.intake.originals import Originals
from loop.intake.remarks import Remarking, Remarks
from loop.intake.sketches import SeenTexts
from loop.records import Span, Split
from loop.store import NewText, Store

Cut = Callable[[str], Iterable[str]]
Watch = Callable[[Iterable[NewText]], Iterator[NewText]]
# spaCy's own limit (`nlp.max_length`): the model cannot read longer texts.
LONGEST_TEXT = 1_000_000


@dataclass(frozen=True, slots=True)
class AddReport:
    """The result of adding texts.

    Attributes:
        batch: number of the batch, 0 if nothing was new. added, duplicates: numbers of texts after splitting.
        blank: pieces of only white space, left out. annotated: texts whose spans or answers were ignored.
        held: reserved texts, left out.
        suggested: spans kept as suggestions. cut: spans lost because the text was split inside them.
        attached: known texts that got suggestions. answered: known texts left unchanged because they are answered.
        near: near-duplicates of other texts, left out.
        as_before: texts that were added cleaned or split although the corpus has them as they are in the file.
        remarks: the reader's notes on how it found the spans, with their rows.
    """

    batch: int
    added: int
    duplicates: int
    blank: int
    annotated: int
    held: int
    suggested: int = 0
    cut: int = 0
    attached: int = 0
    answered: int = 0
    near: int = 0
    as_before: int = 0
    remarks: Remarks = field(default_factory=dict)


def unsplit(text: str) -> Iterable[str]:
    """Return the text unsplit."""
    return (text,)


def cut_by(split: Split, nlp: Language) -> Cut:
    """Return the function that splits a text into the texts to ask about; `nlp` tokenizes for sentences."""
    if split == "line":
        return lambda text: (line.removesuffix("\r") for line in text.split("\n"))
    if split == "sentence":
        sentencizer, tokenizer = Sentencizer(), nlp.tokenizer
        return lambda text: (sentence.text.strip() for sentence in sentencizer(tokenizer(text)).sents)
    return unsplit


def add_texts(
    store: Store,
    raws: Iterable[RawText],
    *,
    source: str,
    cut: Cut = unsplit,
    group_field: str | None = None,
    cleanings: Collection[Cleaning] = (),
    distinct: bool = False,
    leave_out: Reserved = NOTHING_RESERVED,
    labels: Sequence[str] | None = None,
    watch: Watch = iter,
) -> AddReport:
    """Add texts to the corpus as one batch, all or nothing; known texts are counted and skipped.

    The pieces of one text form a group, unless `group_field` names a meta field to group by. Texts and pieces in
    `leave_out` (held out in a gold file), or of a group there, are left out, as they are in the file or cleaned. With
    `labels`, the project's, the spans of a file become suggestions, also for known unanswered texts; without, they are
    ignored and counted.

    Args:
        store: to write to.
        raws: the texts as read.
        source: the origin, in words.
        cut: splits a text.
        group_field: the meta field to group by.
        cleanings: what to clean in the texts before they are split.
        distinct: whether to leave out near-duplicates of earlier texts among these.
        leave_out: reserved texts.
        labels: of the project, if spans become suggestions.
        watch: passes on the texts to add, and may look at them.

    Raises:
        InputError: there are no texts; or a row cannot be read, lacks `group_field`, is longer than spaCy can read,
            suggests a label not in `labels`, or a span that cleaning would cut.
    """
    tally: Counter[str] = Counter()
    remarking = Remarking()
    originals = Originals(store.corpus.find)
    raws = originals.remember(raws)
    whole_ones = (raw for raw in raws if not is_reserved(raw.text, raw.group, leave_out, tally))
    new = new_texts(
        whole_ones if labels is None else _suggesting(whole_ones, labels, remarking),
        cut=cut,
        group_field=group_field,
        cleanings=cleanings,
        distinct=distinct,
        leave_out=leave_out,
        tally=tally,
        suggest=labels is not None,
    )
    batch = store.corpus.add_batch(watch(originals.compare(new)), source=source)
    if not batch.added + batch.duplicates + tally["held"]:
        raise InputError(source, "has no texts.", hint="Is it the right file, and its format right? See --format.")
    counts = {name: tally[name] for name in ("blank", "annotated", "held", "cut", "near")}
    became = batch.attached
    counts |= {"suggested": became.spans, "attached": became.known, "answered": became.answered}
    counts["as_before"] = originals.known
    return AddReport(batch.batch, batch.added, batch.duplicates, **counts, remarks=remarking.all())


def is_reserved(text: str, group: str | None, leave_out: Reserved, tally: Counter[str]) -> bool:
    """Whether a text is in `leave_out`; `tally` counts it as "held"."""
    held = leave_out.holds(text, group)
    tally["held"] += held
    return held


def new_texts(
    raws: Iterable[RawText],
    *,
    cut: Cut,
    group_field: str | None = None,
    cleanings: Collection[Cleaning] = (),
    distinct: bool = False,
    leave_out: Reserved = NOTHING_RESERVED,
    tally: Counter[str] | None = None,
    suggest: bool = False,
) -> Iterator[NewText]:
    """Yield the non-blank pieces of every text as they are to be added; see `add_texts`.

    `tally` counts blank pieces, annotated texts, cut suggestions, reserved texts and near-duplicates. With `suggest`,
    the file's spans become suggestions.

    Raises:
        InputError: see `add_texts`.
    """
    tally = Counter() if tally is None else tally
    clean_ones = cleaned(raws, cleanings, spans=suggest)
    wanted = (raw for raw in clean_ones if not is_reserved(raw.text, raw.group, leave_out, tally))
    pieces = _pieces(wanted, cut, group_field, tally, suggest=suggest)
    new = (one for one in pieces if not is_reserved(one.text, one.group, leave_out, tally))
    return _distinct(new, tally) if distinct else new


def _pieces(
    raws: Iterable[RawText], cut: Cut, group_field: str | None, tally: Counter[str], *, suggest: bool
) -> Iterator[NewText]:
    for raw in raws:
        pieces = list(cut(raw.text))
        group = _group(raw, group_field, cut_up=len(pieces) > 1)
        suggested = _suggested(raw) if suggest else ()
        tally["annotated"] += not suggest and (bool(raw.spans) or raw.answer is not None)
        for piece, spans in _parted(raw.text, pieces, suggested, tally):
            if piece.strip():
                yield new_text(replace(raw, text=piece, suggested=spans), group)
            else:
                tally["blank"] += 1


def _distinct(new: Iterable[NewText], tally: Counter[str]) -> Iterator[NewText]:
    """The texts without near-duplicates of earlier ones."""
    seen = SeenTexts()
    for one in new:
        if seen.is_near(one.text):
            tally["near"] += 1
        else:
            yield one


def _suggesting(raws: Iterable[RawText], labels: Sequence[str], remarking: Remarking) -> Iterator[RawText]:
    """The rows unchanged; raises at the end if some suggest unknown labels."""
    for raw in raws:
        for label in sorted({span.label for span in _suggested(raw)} - set(labels)):
            remarking.miss(label, raw)
        for note in raw.notes:
            remarking.note(note.words, raw, line=note.line)
        yield raw
    remarking.refuse_missing("suggests", tuple(labels))


def _suggested(raw: RawText) -> tuple[Span, ...]:
    """The spans a row suggests: its annotation unless rejected, else a model's predictions."""
    rejected = raw.answer is not None and raw.answer.verdict == "reject"
    return raw.suggested if rejected or not raw.spans else raw.spans


def _parted(
    text: str, pieces: Iterable[str], spans: Iterable[Span], tally: Counter[str]
) -> Iterator[tuple[str, tuple[Span, ...]]]:
    """Each piece of a text with the spans inside it, as offsets from the start of the piece."""
    left, at = list(spans), 0
    for piece in pieces:
        start = text.index(piece, at)
        at = start + len(piece)
        inside = [span for span in left if start <= span.start and span.end <= at]
        left = [span for span in left if span not in inside]
        yield piece, tuple(replace(span, start=span.start - start, end=span.end - start) for span in inside)
    tally["cut"] += len(left)


def _group(raw: RawText, group_field: str | None, *, cut_up: bool) -> str | None:
    if group_field is None:
        return raw.group or (f"{raw.source}:{raw.line}" if cut_up else None)
    value = raw.meta.get(group_field)
    if not isinstance(value, str | int):
        problem = f"has no text or number in the field {group_field} to name its group."
        raise InputError(raw.source, problem, line=raw.line)
    return str(value)


def new_text(raw: RawText, group: str | None) -> NewText:
    """Return a text to store, with the file and line it first came from.

    Raises:
        InputError: it is longer than spaCy can read.
    """
    source, line = raw.origin or (raw.source, raw.line)
    return NewText(short_enough(raw).text, group, raw.meta, source, line, raw.suggested)


def short_enough(raw: RawText) -> RawText:
    """Return `raw` if spaCy can read it.

    Raises:
        InputError: it is longer than spaCy can read.
    """
    if len(raw.text) > LONGEST_TEXT:
        problem = f"is a text of {len(raw.text)} characters; spaCy reads at most {LONGEST_TEXT}."
        raise InputError(
            raw.source, problem, line=raw.line, hint="Split it, for example with `loop add --split sentence` or line."
        )
    return raw
