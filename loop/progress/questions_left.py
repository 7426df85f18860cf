"""How many questions the texts left still hold: a long one is asked about in parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from statistics import mean
from typing import NamedTuple

from loop.records import Answer
from loop.store import Store

# Texts that stand for all. Characters of a token and the space behind it.
SAMPLE, TOKEN = 300, 6


class QuestionsLeft(NamedTuple):
    """How many questions are left, and the noun for what they are about.

    Attributes:
        n: the number of texts; if some are long, about the number of questions that these take.
        of: "texts" or "questions".
    """

    n: int
    of: str = "texts"


def questions_left(store: Store, training: Iterable[Answer], longest: int) -> QuestionsLeft:
    """Estimate the questions left, from a sample of the unanswered texts.

    Args:
        store: the project's store.
        training: the answers that rounds learn from; what they say of a part of a text is not asked again.
        longest: most tokens that a question asks about.
    """
    pool, settled = store.corpus.pool_size(), Counter[int]()
    for answer in training:
        begin, end = answer.passage or (0, 0)
        settled[answer.text_id] += end - begin
    of_each = [
        max(1.0, (len(text.text) - settled[text.id]) / (longest * TOKEN)) for text in store.corpus.fixed_sample(SAMPLE)
    ]
    n = round(pool * mean(of_each or [0]))
    return QuestionsLeft(n, "questions") if n > pool else QuestionsLeft(pool)
