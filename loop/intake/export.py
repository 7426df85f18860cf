"""Answers that stand, with all that a file can say about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from spacy.language import Language

from loop.formats import Answered
from loop.records import Question, latest
from loop.store import Store

# SQLite's bound on the variables of a statement lies above this.
ASKED_AT_ONCE = 500


def answered(store: Store, nlp: Language) -> Iterator[Answered]:
    """Yield every answer that stands: by text, as they were added; answers to one text by time, then by id.

    Of a text that was asked about again, for labels added since, only the last.
    """
    standing = sorted(latest(store.answers.standing()), key=lambda answer: (answer.text_id, str(answer.at), answer.id))
    texts = {text.id: text for text in store.corpus.texts(sorted({answer.text_id for answer in standing}))}
    asked = _questions(store, [answer.question_id for answer in standing if answer.question_id])
    for id_, answers in groupby(standing, key=lambda answer: answer.text_id):
        tokens = [(token.idx, token.idx + len(token)) for token in nlp.tokenizer(texts[id_].text)]
        for answer in answers:
            yield Answered(texts[id_], answer, tokens, asked.get(answer.question_id or ""))


def _questions(store: Store, ids: Sequence[str]) -> dict[str, Question]:
    found: dict[str, Question] = {}
    for start in range(0, len(ids), ASKED_AT_ONCE):
        found |= store.questions.get(ids[start : start + ASKED_AT_ONCE])
    return found
