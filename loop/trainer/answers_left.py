"""How many answers the texts left would take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from loop.records import Answer, Text
from loop.store import Store

# Texts of the pool from whose length that of all is estimated.
SAMPLE = 50


def answers_left(store: Store, answers: Sequence[Answer], texts: Iterable[Text]) -> int:
    """One for each text of the pool or, where answers are about passages, by the characters that nobody has answered.

    Args:
        store: of the project.
        answers: those so far.
        texts: those that they are about.
    """
    pool, sample = store.corpus.pool_size(), store.corpus.fixed_sample(SAMPLE)
    if not sample or not any(answer.passage for answer in answers):
        return pool
    sizes = {text.id: len(text.text) for text in texts}
    asked = [(answer.text_id, _size(answer, sizes[answer.text_id])) for answer in answers]
    mean = sum(size for _, size in asked) / len(asked)
    sampled = {text.id: len(text.text) for text in sample}
    left = sum(sampled.values()) - sum(size for id_, size in asked if id_ in sampled)
    return max(pool, round(left / mean * pool / len(sample)))


def _size(answer: Answer, text: int) -> int:
    return answer.passage[1] - answer.passage[0] if answer.passage else text
