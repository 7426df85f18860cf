"""The current answers with everything that export formats need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from spacy.language import Language

from loop.alignment import misfit
from loop.errors import StoreError
from loop.formats import Answered
from loop.records import Answer, Question, Text
from loop.store import Store
from loop.truth import decisions, parts, resolve

# Below SQLite's limit on the variables of a statement.
ASKED_AT_ONCE = 500


def answered(store: Store, nlp: Language) -> Iterator[Answered]:
    """Yield the current answers in the order of their texts; answers to one text in the order in which they count.

    An answer partly replaced by a later one of the same annotator yields what is left of it.

    Raises:
        StoreError: an answer does not fit its text, or cannot be read.
    """
    rows = sorted(_counting(store), key=lambda row: (row[0].text_id, row[0].rank, row[0].seq))
    texts = {text.id: text for text in store.corpus.texts(sorted({answer.text_id for answer, _ in rows}))}
    naming = store.journal.naming()
    labels_now = naming.in_force(naming.version)
    asked = _questions(store, [answer.question_id for answer, _ in rows if answer.question_id])
    for id_, of_text in groupby(rows, key=lambda row: row[0].text_id):
        tokens = [(token.idx, token.idx + len(token)) for token in nlp.tokenizer(texts[id_].text)]
        for answer, labels in of_text:
            _refuse_misfits(answer, texts[id_])
            yield Answered(texts[id_], answer, tokens, asked.get(answer.question_id or ""), labels, labels_now)


def _refuse_misfits(answer: Answer, text: Text) -> None:
    rejects = answer.verdict == "reject" and not answer.complete
    if problem := misfit(answer.spans, size=len(text.text), overlapping=rejects):
        hint = "`loop doctor --repair` sets such answers aside; their texts will be asked about again."
        raise StoreError(f"Answer {answer.id} does not fit text {text.id}: {problem}.", hint=hint)


def _counting(store: Store) -> Iterator[tuple[Answer, tuple[str, ...] | None]]:
    """The valid part of each answer, and the labels it is complete for; None for all labels."""
    naming, standing = store.journal.naming(), store.answers.standing()
    labels, schemes = naming.in_force(naming.version), naming.complete_for
    for answer in standing:
        if not resolve([answer], schemes).parts:
            yield replace(answer, complete=answer.complete and not answer.says_something), None
    for part in (*parts(standing, schemes), *decisions(standing, schemes)):
        known = tuple(label for label in labels if label in part.covers)
        yield part.as_answer(), None if known == labels or not part.covers else known


def _questions(store: Store, ids: Sequence[str]) -> dict[str, Question]:
    found: dict[str, Question] = {}
    for start in range(0, len(ids), ASKED_AT_ONCE):
        found |= store.questions.get(ids[start : start + ASKED_AT_ONCE])
    return found
