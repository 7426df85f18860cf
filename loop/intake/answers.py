"""Answers into the store, fitted to the tokens of the project's base."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from spacy.language import Language
from spacy.tokens import Doc

from loop.alignment import longest, widened
from loop.errors import InputError
from loop.formats import RawText
from loop.intake.texts import is_held, new_text
from loop.records import Answer
from loop.store import NewAnswer, Store


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


def import_answers(
    store: Store,
    raws: Iterable[RawText],
    *,
    nlp: Language,
    labels: Sequence[str],
    annotator: str,
    source: str,
    leave_out: Container[str] = (),
    replacing: bool = False,
) -> ImportReport:
    """Add answers, and the texts they answer; those that were imported before are counted and left as they are.

    A row with spans and no answer counts as a complete one. Everything is read and fitted to the tokens of `nlp`
    before anything is written. `annotator` is named where a row names nobody. Texts that are in `leave_out` (to measure
    on) do not come in. `replacing` lets answers take the place of what the same annotators said otherwise.

    Raises:
        InputError: a row cannot be read, holds no answer or a label that is none of `labels`, has the id of another row
            that says something else, or there are no rows.
        StoreError: an id is that of another text's answer in the store, or an answer would take another's place.
    """
    tally: Counter[str] = Counter()
    wanted = (raw for raw in raws if not is_held(raw.text, leave_out, tally))
    rows = list(_fitted(wanted, nlp, frozenset(labels), tally))
    if not rows and not tally["held"]:
        raise InputError(
            source, "holds no answers.", hint="Is it the right file, and read as what it is? See --format."
        )
    new = [replace(row, answer=replace(row.answer, annotator=row.answer.annotator or annotator)) for row in rows]
    done = store.import_answers(new, labels=labels, source=source, replacing=replacing)
    unused = _unused(labels, [row.answer for row in rows])
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


def _fitted(raws: Iterable[RawText], nlp: Language, labels: frozenset[str], tally: Counter[str]) -> Iterator[NewAnswer]:
    seen: dict[str, tuple[str, Answer]] = {}
    for raw in raws:
        if not raw.text.strip():
            tally["blank"] += 1
            continue
        answer = _answer(raw)
        if seen.setdefault(answer.id, (raw.text, answer)) != (raw.text, answer):
            hint = "Take the field _loop out of one of them."
            raise InputError(
                raw.source, "has the id of an earlier row that says something else.", line=raw.line, hint=hint
            )
        foreign = sorted({span.label for span in (*answer.spans, *answer.shown)} - labels)
        if foreign:
            problem = f"answers with the label {foreign[0]}, which is none of the project's."
            alike = [label for label in labels if label.casefold() == foreign[0].casefold()]
            hint = f"If it means {alike[0]}, call it so in the file. " if alike else ""
            hint += f"A new label comes in with `loop labels add {foreign[0]}`."
            raise InputError(raw.source, problem, line=raw.line, hint=hint)
        yield _new_answer(raw, fit_to_tokens(answer, doc := nlp.tokenizer(raw.text), tally), doc, labels)


def _new_answer(raw: RawText, answer: Answer, doc: Doc, labels: frozenset[str]) -> NewAnswer:
    suggested = tuple(span for span in raw.suggested if span.label in labels)
    tokens = tuple((token.idx, token.idx + len(token)) for token in doc)
    question = raw.question and replace(raw.question, tokens=tokens, reading=answer.shown)
    return NewAnswer(new_text(replace(raw, suggested=suggested), raw.group), answer, question)


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
