"""Scores on the texts that measure, of any round, with what chance does to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from loop.intervals import OVERLAPPING, Measure, counts, measures, over_units
from loop.progress.gold import GoldText, Measured, measured
from loop.store import Store

# With fewer gold spans a single number would say more than is known: the interval stands alone.
ENOUGH = 100


@dataclass(frozen=True, slots=True)
class Score:
    """How well entities are found.

    Attributes:
        texts: that were asked about these labels. gold: spans in them. found: spans that the round found there.
        strict: an entity is right when its edges and its label are. overlapping: when it shares a character with one
            of its label; each counts once.
    """

    texts: int
    gold: int
    found: int
    strict: Measure
    overlapping: Measure

    @property
    def enough(self) -> bool:
        """Whether there are gold spans enough for a single number."""
        return self.gold >= ENOUGH


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of a round: over all labels, and for each label that any of the texts was asked about."""

    overall: Score
    labels: Mapping[str, Score]


def scores(texts: Sequence[Measured], labels: Sequence[str]) -> Scores | None:
    """The scores of what a round found; None without any text."""
    if not texts:
        return None
    asked = {label: sum(label in one.gold.labels for one in texts) for label in labels}
    names = [label for label in labels if asked[label]]
    table = counts([one.found for one in texts], [one.gold.spans for one in texts], names)
    sums = over_units(table, [one.gold.unit for one in texts])
    sums = np.concatenate([sums.sum(axis=1, keepdims=True), sums], axis=1)
    strict, overlapping = measures(sums), measures(sums, OVERLAPPING)
    totals = sums.sum(axis=0).tolist()
    overall, *each = (
        Score(n, total[2], total[1], one, other)
        for n, total, one, other in zip(
            [len(texts), *(asked[name] for name in names)], totals, strict, overlapping, strict=True
        )
    )
    return Scores(overall, dict(zip(names, each, strict=True)))


def headline(found: Scores | None) -> str:
    """F with its interval in a few words, the interval alone where there is too little to measure on."""
    if found is None:
        return ""
    low, high = found.overall.strict.f_interval
    between = f"{low:.0f}–{high:.0f}"
    return f"F {found.overall.strict.f:.0f} ({between})" if found.overall.enough else f"F {between}"


def best_round(store: Store, gold: Sequence[GoldText], rounds: Sequence[int]) -> list[int]:
    """The round of the highest F, strict and over all labels, the later of two; none where none is measured."""
    texts = {number: measured(store, gold, number) for number in rounds}
    scored = [(plain_f(found), number) for number, found in texts.items() if found]
    return [number for _, number in sorted(scored)[-1:]]


def plain_f(texts: Sequence[Measured]) -> float:
    """Strict F in percent over all labels, without an interval."""
    right = sum(len(set(one.found) & set(one.gold.spans)) for one in texts)
    return 200 * right / max(1, sum(len(set(one.found)) + len(set(one.gold.spans)) for one in texts))
