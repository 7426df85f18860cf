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
    """Estimate the questions left, from a sample of the unanswered texts and the usual size of a passage.

    Args:
        store: the project's store.
        training: the answers that rounds learn from; what they say of a part of a text is not asked again.
        longest: most tokens that a question asks about.
    """
    passages = [(answer.text_id, answer.passage[1] - answer.passage[0]) for answer in training if answer.passage]
    settled, most, pool = Counter[int](), longest * TOKEN, store.corpus.pool_size()
    for text_id, size in passages:
        settled[text_id] += size
    usual = mean(size for _, size in passages) if passages else most
    sample = [(len(text.text), settled[text.id]) for text in store.corpus.fixed_sample(SAMPLE)]
    of_each = [max(1.0, (size - known) / usual) if size > most else 1.0 for size, known in sample]
    n = round(pool * mean(of_each or [0]))
    return QuestionsLeft(n, "questions") if n > pool else QuestionsLeft(pool)
