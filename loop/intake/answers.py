"""Read answers from rows of files, fitted to the tokens of the project's base."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from spacy.language import Language
from spacy.tokens import Doc

from loop.alignment import filter_spans, widened
from loop.errors import InputError
from loop.formats import RawText
from loop.formats.prodigy import row_key
from loop.held_out import NOTHING_RESERVED, Reserved
from loop.intake.annotated import OTHER, UNANSWERED, sort_out
from loop.intake.coverage import with_coverage
from loop.intake.label_names import with_names
from loop.intake.remarks import Remarking, Remarks
from loop.intake.rows import AnswerRow, one_each, with_annotators
from loop.intake.texts import is_reserved, new_text
from loop.records import Answer, Passage, Question, Span
from loop.store import Names, NewAnswer, NewText, Store

# Characters to either side of a passage that are kept with its question.
AROUND = 1000


@dataclass(frozen=True, slots=True)
class ReadAnswers:
    """Answers read from files, ready to be imported.

    Attributes:
        rows: the answers, each with its row. others: texts without an answer.
        repeated: number of answers that say nothing new after earlier rows. blank: rows without text, left out.
        held: answers to reserved texts, left out.
        remarks: rows by kind. Spans that did not fit the tokens are "widened", "trimmed", "dropped" (for a longer
            one) or "empty" (white space); rows not about entities are "other", not about labels of the project
            "uncovered", about labels that are left out "unnamed"; texts without an answer are "unanswered", answers
            fully replaced by a later one "outdone". Notes of a reader are in words.
        unseen: the names of labels that no row has although `names` has them.
        unseen: the names in `names` that no row has.
    """

    rows: tuple[AnswerRow, ...]
    others: tuple[NewText, ...]
    repeated: int
    blank: int
    held: int
    remarks: Remarks
    unseen: tuple[str, ...]


def read_answers(
    store: Store,
    raws: Iterable[RawText],
    *,
    nlp: Language,
    labels: Sequence[str],
    annotator: str,
    source: str,
    leave_out: Reserved = NOTHING_RESERVED,
    last: bool = False,
    asked: Collection[str] | None = None,
    names: Names | None = None,
) -> ReadAnswers:
    """Read answers and texts to import; nothing is written.

    A row with spans but without an answer counts as a complete answer.

    Args:
        store: that they will be imported into.
        raws: the rows.
        nlp: whose tokens spans are fitted to.
        labels: of the project.
        annotator: the name for rows that name nobody.
        source: the origin, in words.
        leave_out: texts (held out in a gold file) to leave out, with all texts of their groups.
        last: whether to keep only the last of several answers by an annotator to a text.
        asked: the labels that the files were annotated for; None if nobody said (see `loop.intake.coverage`).
        names: the project's labels by the names that the files give them; None leaves spans out.

    Raises:
        InputError: there are no rows; or a row cannot be read, has no answer or an unknown label, shares its id with a
            different row, or contradicts another answer by the same annotator.
    """
    tally: Counter[str] = Counter()
    remarking, unseen = Remarking(), set(names or {})
    wanted = (raw for raw in raws if _is_wanted(raw, leave_out, tally))
    answered, bare = sort_out(with_names(wanted, names or {}, remarking, unseen=unseen), remarking)
    for raw in (*answered, *bare):
        for note in raw.notes:
            remarking.note(note.words, raw, line=note.line)
    rows = list(_fitted(answered, nlp, tuple(labels), remarking))
    if not rows and not tally["held"]:
        raise _no_answers(source, remarking.all())
    rows = list(with_coverage(rows, labels, None if asked is None else frozenset(asked), remarking))
    named_rows = with_annotators(rows, annotator, store)
    kept = one_each(named_rows, frozenset(labels), tally, remarking, last=last)
    others = (new_text(replace(raw, suggested=()), raw.group) for raw in bare)
    repeated, blank, held = (tally[name] for name in ("known", "blank", "held"))
    return ReadAnswers(tuple(kept), tuple(others), repeated, blank, held, remarking.all(), tuple(sorted(unseen)))


def _is_wanted(raw: RawText, leave_out: Reserved, tally: Counter[str]) -> bool:
    blank = not raw.text.strip()
    tally["blank"] += blank
    return not blank and not is_reserved(raw.text, raw.group, leave_out, tally)


def _no_answers(source: str, remarks: Remarks) -> InputError:
    if OTHER in remarks:
        hint = "They may classify whole texts. To add only the texts, use `loop add`."
        return InputError(source, "has no answers about entities: all its rows are about something else.", hint=hint)
    if UNANSWERED in remarks:
        return InputError(source, "has texts but no answers.", hint="Add texts with `loop add`.")
    return InputError(source, "has no answers.", hint="Is it the right file, and its format right? See --format.")


def _fitted(
    raws: Iterable[RawText],
    nlp: Language,
    labels: tuple[str, ...],
    remarking: Remarking,
) -> Iterator[AnswerRow]:
    """The answers fitted to the tokens of `nlp`; raises at the end if some have unknown labels."""
    # Answers that share a row are about one long text.
    doc_of: Callable[[str], Doc] = lru_cache(maxsize=1)(nlp.tokenizer)
    seen: dict[str, tuple[str, Answer]] = {}
    for raw in raws:
        answer = _answer(raw)
        if seen.setdefault(answer.id, (raw.text, answer)) != (raw.text, answer):
            hint = "Remove the field _loop from one of them."
            raise InputError(raw.source, "has the same id as an earlier, different row.", line=raw.line, hint=hint)
        for label in sorted({span.label for span in (*answer.spans, *answer.shown, *answer.unclear)} - set(labels)):
            remarking.miss(label, raw)
        changes: Counter[str] = Counter()
        fitted = fit_to_tokens(answer, doc := doc_of(raw.text), changes)
        for kind, times in changes.items():
            remarking.note(kind, raw, times)
        yield AnswerRow(raw, replace(_new_answer(raw, fitted, doc, labels), widened=changes["widened"]))
    remarking.refuse_missing("answers with", labels)


def _new_answer(raw: RawText, answer: Answer, doc: Doc, labels: Container[str]) -> NewAnswer:
    suggested = tuple(span for span in raw.suggested if span.label in labels)
    question = raw.question and replace(raw.question, tokens=_shown_tokens(raw.question, answer, doc))
    question = question and replace(question, prediction=answer.shown)
    return NewAnswer(new_text(replace(raw, suggested=suggested), raw.group), answer, question, raw.asked)


def _shown_tokens(question: Question, answer: Answer, doc: Doc) -> tuple[tuple[int, int], ...]:
    """All tokens of a text or, of a question about a passage, those around it and around what was marked."""
    tokens = ((token.idx, token.idx + len(token)) for token in doc)
    if question.passage is None:
        return tuple(tokens)
    spans = ((span.start, span.end) for span in (*answer.spans, *answer.shown))
    places = [question.passage, answer.passage or question.passage, *spans]
    first, last = min(start for start, _ in places) - AROUND, max(end for _, end in places) + AROUND
    return tuple(token for token in tokens if first < token[1] and token[0] < last)


def _answer(raw: RawText) -> Answer:
    return raw.answer or Answer(raw.key or _key(raw), 0, "", "accept", raw.spans or (), mode="import")


def _key(raw: RawText) -> str:
    spans = [[span.start, span.end, span.label] for span in raw.spans or ()]
    return row_key({"text": raw.text, "spans": spans})


def fit_to_tokens(answer: Answer, doc: Doc, changes: Counter[str]) -> Answer:
    """Return `answer` with its spans widened to the tokens they touch, without white space at their edges.

    The passage is widened, too. Of spans that then overlap, the longest stays, except in an answer that rejects single
    spans. `changes` counts spans as "widened", "trimmed" (only), "empty" (only white space) or "dropped" (for a longer
    one).
    """
    words = [(token.idx, token.idx + len(token)) for token in doc if not token.is_space]
    spans = widened(answer.spans, words)
    changes.update(kind for old, new in zip(answer.spans, spans, strict=True) if (kind := _change(old, new)))
    found = [span for span in spans if span is not None]
    kept = tuple(sorted(set(found)))
    if answer.complete or answer.verdict == "accept":
        kept = filter_spans(kept)
    changes.update(["dropped"] * (len(found) - len(kept)))
    shown = tuple(span for span in widened(answer.shown, words) if span is not None)
    passage = answer.passage and _whole_words(answer.passage, words)
    return replace(answer, spans=kept, shown=shown, passage=passage, unclear=_covered(answer.unclear, words))


def _whole_words(passage: Passage, words: Sequence[tuple[int, int]]) -> Passage:
    """The passage with all of the words that it cuts: the same spans touch it."""
    start, end = passage
    cut = [word for word in words if word[0] < start < word[1] or word[0] < end < word[1]]
    return min([start, *(word[0] for word in cut)]), max([end, *(word[1] for word in cut)])


def _covered(spans: Sequence[Span], words: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
    """The spans, widened to all words that they touch; with the white space at their edges, since these are places."""
    wide = zip(spans, widened(spans, words), strict=True)
    return tuple(new if new and not old.contains(new) else old for old, new in wide)


def _change(old: Span, new: Span | None) -> str:
    if new is None:
        return "empty"
    if not old.contains(new):
        return "widened"
    return "trimmed" if new != old else ""
