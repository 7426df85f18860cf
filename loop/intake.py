"""Files into the corpus: texts are cut and grouped, imported answers fitted to the tokens of the project's base."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from spacy.language import Language
from spacy.pipeline import Sentencizer
from spacy.tokens import Doc

from loop.alignment import longest, widened
from loop.errors import InputError
from loop.formats import RawText
from loop.records import Answer
from loop.store import NewAnswer, NewText, Store

Split = Literal["sentence", "line", "none"]
Cut = Callable[[str], Iterable[str]]
# spaCy's own bound (`nlp.max_length`): a longer text could not be read by the model.
LONGEST_TEXT = 1_000_000


@dataclass(frozen=True, slots=True)
class AddReport:
    """What became of the texts of some files.

    Attributes:
        batch: their number, 0 when nothing was new. added, duplicates: texts, after cutting.
        blank: pieces of white space only, left out. annotated: texts whose spans or answers were not taken over.
        held: texts that were to be left out.
    """

    batch: int
    added: int
    duplicates: int
    blank: int
    annotated: int
    held: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of the answers of some files.

    Attributes:
        batch: of the texts that were new, 0 without any. added: how many texts were new.
        answers: added. known: answers that were there already. blank: rows without text, left out.
        widened: spans that did not fit the tokens and were widened to the tokens they touch.
        dropped: spans of white space only, and spans that overlapped another after widening.
        unused: labels of the project that no answer for a whole text uses: were they asked about at all?
        held: answers to texts that were to be left out.
    """

    batch: int
    added: int
    answers: int
    known: int
    blank: int
    widened: int
    dropped: int
    unused: tuple[str, ...]
    held: int


def whole(text: str) -> Iterable[str]:
    """Return the text alone, not cut."""
    return (text,)


def cut_by(split: Split, nlp: Language) -> Cut:
    """Return the function that cuts a text into the texts to ask about; `nlp` supplies the tokens of sentences."""
    if split == "line":
        return lambda text: (line.removesuffix("\r") for line in text.split("\n"))
    if split == "sentence":
        sentencizer, tokenizer = Sentencizer(), nlp.tokenizer
        return lambda text: (sentence.text.strip() for sentence in sentencizer(tokenizer(text)).sents)
    return whole


def add_texts(
    store: Store,
    raws: Iterable[RawText],
    *,
    source: str,
    cut: Cut = whole,
    group_field: str | None = None,
    leave_out: Container[str] = (),
) -> AddReport:
    """Add texts to the corpus as one batch, all or nothing; texts that are there already are counted.

    The pieces of one text form a group, unless `group_field` names the field of the meta that does. Pieces that are in
    `leave_out` (texts to measure on) do not come in.

    Raises:
        InputError: a row cannot be read, lacks `group_field`, is longer than spaCy can read; or there are no texts.
    """
    tally: Counter[str] = Counter()
    pieces = new_texts(raws, cut=cut, group_field=group_field, tally=tally)
    wanted = (new for new in pieces if not _held(new.text, leave_out, tally))
    batch = store.corpus.add_batch(wanted, source=source)
    if not batch.added + batch.duplicates + tally["held"]:
        raise InputError(source, "holds no texts.")
    return AddReport(batch.batch, batch.added, batch.duplicates, tally["blank"], tally["annotated"], tally["held"])


def _held(text: str, leave_out: Container[str], tally: Counter[str]) -> bool:
    held = text in leave_out
    tally["held"] += held
    return held


def new_texts(
    raws: Iterable[RawText], *, cut: Cut, group_field: str | None = None, tally: Counter[str] | None = None
) -> Iterator[NewText]:
    """Yield the pieces of every text, blank ones left out; `tally` counts these and texts that are annotated.

    Raises:
        InputError: see `add_texts`.
    """
    tally = Counter() if tally is None else tally
    for raw in raws:
        pieces = list(cut(raw.text))
        group = _group(raw, group_field, cut_up=len(pieces) > 1)
        tally["annotated"] += bool(raw.spans) or raw.answer is not None
        for piece in pieces:
            if piece.strip():
                yield _new_text(raw, piece, group)
            else:
                tally["blank"] += 1


def _group(raw: RawText, group_field: str | None, *, cut_up: bool) -> str | None:
    if group_field is None:
        return raw.group or (f"{raw.source}:{raw.line}" if cut_up else None)
    value = raw.meta.get(group_field)
    if not isinstance(value, str | int):
        problem = f"has no text or number in a field {group_field}, which was to name its group."
        raise InputError(raw.source, problem, line=raw.line)
    return str(value)


def _new_text(raw: RawText, text: str, group: str | None) -> NewText:
    short_enough(replace(raw, text=text))
    return NewText(text, group, raw.meta, raw.source, raw.line)


def short_enough(raw: RawText) -> RawText:
    """Return `raw`.

    Raises:
        InputError: it is longer than spaCy can read.
    """
    if len(raw.text) > LONGEST_TEXT:
        problem = f"is a text of {len(raw.text)} characters, and spaCy reads {LONGEST_TEXT} at most."
        raise InputError(
            raw.source, problem, line=raw.line, hint="Cut it: `loop add` does with --split sentence or line."
        )
    return raw


def import_answers(
    store: Store,
    raws: Iterable[RawText],
    *,
    nlp: Language,
    labels: Sequence[str],
    annotator: str,
    source: str,
    leave_out: Container[str] = (),
) -> ImportReport:
    """Add answers, and the texts they answer; those that were imported before are counted and left as they are.

    A row with spans and no answer counts as a complete one. Everything is read and fitted to the tokens of `nlp`
    before anything is written. `annotator` is named where a row names nobody. Texts that are in `leave_out` (to measure
    on) do not come in.

    Raises:
        InputError: a row cannot be read, holds no answer or a label that is none of `labels`, or there are no rows.
    """
    tally: Counter[str] = Counter()
    wanted = (raw for raw in raws if not _held(raw.text, leave_out, tally))
    rows = list(_fitted(wanted, nlp, frozenset(labels), tally))
    if not rows and not tally["held"]:
        raise InputError(source, "holds no answers.")
    new = [
        NewAnswer(_new_text(raw, raw.text, raw.group), replace(answer, annotator=answer.annotator or annotator))
        for raw, answer in rows
    ]
    done = store.import_answers(new, labels=labels, source=source)
    unused = _unused(labels, [answer for _, answer in rows])
    return ImportReport(
        done.batch.batch,
        done.batch.added,
        done.added,
        done.known,
        tally["blank"],
        tally["widened"],
        tally["dropped"],
        unused,
        tally["held"],
    )


def _fitted(
    raws: Iterable[RawText], nlp: Language, labels: frozenset[str], tally: Counter[str]
) -> Iterator[tuple[RawText, Answer]]:
    for raw in raws:
        if not raw.text.strip():
            tally["blank"] += 1
            continue
        answer = _answer(raw)
        foreign = sorted({span.label for span in (*answer.spans, *answer.shown)} - labels)
        if foreign:
            problem = f"answers with the label {foreign[0]}, which is none of the project's."
            raise InputError(raw.source, problem, line=raw.line, hint=f"Add {foreign[0]} to labels in loop.cfg.")
        yield raw, fit_to_tokens(answer, nlp.tokenizer(raw.text), tally)


def _answer(raw: RawText) -> Answer:
    if raw.answer is not None:
        return raw.answer
    if raw.spans is None:
        hint = "Texts without answers come in with `loop add`."
        raise InputError(raw.source, "holds neither spans nor an answer.", line=raw.line, hint=hint)
    return Answer(raw.key, 0, "", "accept", raw.spans, mode="import")


def fit_to_tokens(answer: Answer, doc: Doc, tally: Counter[str]) -> Answer:
    """Return `answer` with its spans widened to the tokens they touch, white space left out at their edges.

    Of spans that overlap then the longest stays, unless they are rejected one by one. `tally` counts "widened" and
    "dropped" spans.
    """
    words = [(token.idx, token.idx + len(token)) for token in doc if not token.is_space]
    spans = widened(answer.spans, words)
    tally["widened"] += sum(span is not None and span not in answer.spans for span in spans)
    kept = tuple(sorted({span for span in spans if span is not None}))
    if answer.complete or answer.verdict == "accept":
        kept = longest(kept)
    tally["dropped"] += len(answer.spans) - len(kept)
    shown = tuple(span for span in widened(answer.shown, words) if span is not None)
    return replace(answer, spans=kept, shown=shown)


def _unused(labels: Sequence[str], answers: Sequence[Answer]) -> tuple[str, ...]:
    whole = [answer for answer in answers if answer.complete and answer.verdict == "accept"]
    used = {span.label for answer in whole for span in answer.spans}
    return tuple(label for label in labels if whole and label not in used)
