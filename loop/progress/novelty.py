"""How often texts bring names that no answer has: what models of these answers cannot know, however much they agree.

Good and Turing's estimate (Good 1953, Biometrika 40) of the mass of what is unseen: the share of the names in a random
sample that occur nowhere else in what was learned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from loop.held_out import unit_of
from loop.intervals import Range, measures, over_units
from loop.progress.corpus_sample import asked_at_random
from loop.progress.held_out_gold import GoldText
from loop.records import Answer, Span, Text
from loop.store import Store
from loop.truth import Truth, of_texts

# Names below which no share is told.
FEWEST = 20

Name = tuple[str, str]
"""A label, and an entity's string without case and white space."""


@dataclass(frozen=True, slots=True)
class Novelty:
    """How many of a label's names in random texts no other answer has.

    Attributes:
        names: in the random texts. new: those of them that are nowhere else.
        interval: 95% of the share, in percent, over texts or groups; None if there are too few.
    """

    label: str
    names: int
    new: int
    interval: Range | None

    @property
    def share(self) -> float:
        """The share that is new, between 0 and 1."""
        return self.new / self.names if self.names else 0.0

    @property
    def is_told(self) -> bool:
        """Whether there are enough names to tell a share."""
        return self.names >= FEWEST


@dataclass(frozen=True, slots=True)
class Sampled:
    """The names in a text that was chosen at random, each time that they occur; whether rounds learn from it."""

    names: tuple[Name, ...]
    unit: str
    is_learned: bool


def novelties(labels: Sequence[str], random: Sequence[Sampled], learned: Mapping[Name, int]) -> list[Novelty]:
    """The novelty of each label.

    Args:
        labels: the labels.
        random: random texts; those that rounds learn from are left out of what they are compared with.
        learned: in how many learned texts each name occurs.
    """
    table = np.zeros((len(random), len(labels), 4), dtype=np.int64)
    for row, text in zip(table, random, strict=True):
        for name in text.names:
            if name[0] in labels:
                is_new = learned.get(name, 0) <= text.is_learned
                row[labels.index(name[0])] += (is_new, 1, 1, is_new)
    shares = measures(over_units(table, [text.unit for text in random]))
    sums = table.sum(axis=0)
    return [
        Novelty(label, int(count[1]), int(count[0]), share.p_interval)
        for label, count, share in zip(labels, sums, shares, strict=True)
    ]


def novelty(store: Store, answers: Sequence[Answer], gold: Iterable[GoldText], labels: Sequence[str]) -> list[Novelty]:
    """The novelty of each label: of the names in held-out texts, and in those asked about at random.

    Args:
        store: the project's store.
        answers: those that rounds learn from.
        gold: the held-out texts.
        labels: in order.
    """
    at_random = {answer.text_id for answer in asked_at_random(store, answers)}
    known = of_texts(answers, store.journal.schemes())
    texts = {text.id: text for text in store.corpus.texts(list(known))}
    learned = Counter(name for id_, truth in known.items() for name in {*_of_truth(texts[id_], truth)})
    random = [
        Sampled(_of_truth(texts[id_], truth), unit_of(texts[id_].group, texts[id_].text), is_learned=True)
        for id_, truth in known.items()
        if id_ in at_random
    ]
    random += [Sampled(_names(one.text, one.spans), one.unit, is_learned=False) for one in gold]
    return novelties(labels, random, learned)


def _of_truth(text: Text, truth: Truth) -> tuple[Name, ...]:
    return _names(text.text, truth.spans)


def _names(text: str, spans: Iterable[Span]) -> tuple[Name, ...]:
    return tuple((span.label, " ".join(text[span.start : span.end].casefold().split())) for span in spans)
