"""Scores of a round on the held-out texts, with confidence intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loop.held_out import one_group_words
from loop.intervals import OVERLAPPING, Measure, between, counts, measures, no_interval, over_units
from loop.progress.held_out_gold import EvaluatedText, GoldText, evaluated_texts
from loop.quality import strict_f1
from loop.store import Store
from loop.words import counted

# With fewer gold spans a single number is misleading: only the interval is shown.
ENOUGH = 100


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1.

    Attributes:
        texts: number of texts that cover these labels. gold: gold spans in them. found: spans the round found there.
        unit: of resampling, "text", or "group" if some groups have several texts.
        strict: a span is correct if edges and label are. overlapping: if it shares a character with a gold span of its
            label; each counts once.
        worth: of how many gold spans of equal weight the weighted ones are worth (Kish 1965); None without weights.
        one_group: a clause if all evaluated texts belong to one group; empty otherwise.
    """

    texts: int
    gold: int
    found: int
    unit: str
    strict: Measure
    overlapping: Measure
    one_group: str = ""
    worth: float | None = None

    @property
    def enough(self) -> bool:
        """Whether there are enough gold spans for a single number."""
        return (self.gold if self.worth is None else self.worth) >= ENOUGH

    @property
    def no_interval(self) -> str:
        """Why F1 has no interval, in words; empty if it has one."""
        if self.strict.f1_interval is not None:
            return ""
        return f"no interval: {self.one_group}" if self.one_group else no_interval(self.strict.units, self.unit)


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of a round over all labels, and for each label that any of the texts covers."""

    overall: Score
    labels: Mapping[str, Score]


def scores(
    texts: Sequence[EvaluatedText], labels: Sequence[str], weights: Sequence[float] | None = None
) -> Scores | None:
    """The scores of a round; None without texts. With `weights` texts count as much, 1 on average."""
    if not texts:
        return None
    asked = {label: sum(label in one.gold.labels for one in texts) for label in labels}
    names = [label for label in labels if asked[label]]
    table = counts([one.found for one in texts], [one.gold.spans for one in texts], names)
    units = [one.gold.unit for one in texts]
    one_group = one_group_words(units, "evaluated texts")
    unit = "text" if len(set(units)) == len(texts) else "group"
    table = np.concatenate([table.sum(axis=1, keepdims=True), table], axis=1)
    totals = table.sum(axis=0).tolist()
    each_weight = np.ones(len(texts)) if weights is None else np.array(weights, dtype=float)
    sums = over_units(table * each_weight[:, None, None], units)
    strict, overlapping = measures(sums), measures(sums, OVERLAPPING)
    overall, *each = (
        Score(n, total[2], total[1], unit, one, other, one_group, None if weights is None else worth)
        for n, total, one, other, worth in zip(
            [len(texts), *(asked[name] for name in names)],
            totals,
            strict,
            overlapping,
            _worth(table[..., 2], each_weight),
            strict=True,
        )
    )
    return Scores(overall, dict(zip(names, each, strict=True)))


def _worth(gold: NDArray[np.int64], weights: NDArray[np.float64]) -> list[float]:
    """Of how many spans of equal weight those of each column, (texts, columns), are worth."""
    sums, squares = weights @ gold, weights**2 @ gold
    worth: list[float] = np.divide(sums**2, squares, out=np.zeros(len(sums)), where=squares > 0).tolist()
    return worth


def score_words(score: Score) -> str:
    """F1 with its interval, or the interval alone if there are too few spans to find."""
    of = f"{counted(score.gold, 'span')} in {counted(score.texts, 'text')}"
    interval = f"{between(score.strict.f1_interval)}, from {of}"
    if score.no_interval:
        interval = f"{score.no_interval}; there are {of}"
    return f"{score.strict.f1:.1f}, {interval}" if score.enough else interval


def headline(found: Scores | None) -> str:
    """F1 with its interval in a few words, or only the interval if there are too few gold spans.

    Empty without an evaluation or without an interval.
    """
    if found is None or found.overall.no_interval:
        return ""
    strict = found.overall.strict
    may_be = between(strict.f1_interval, "{:.0f}–{:.0f}")
    return f"F1 {strict.f1:.0f} ({may_be})" if found.overall.enough else f"F1 {may_be}"


def best_round(store: Store, gold: Sequence[GoldText], rounds: Sequence[int]) -> list[int]:
    """The round with the highest strict F1 over all labels, the later one of a tie; empty without an evaluation."""
    texts = {number: evaluated_texts(store, gold, number) for number in rounds}
    scored = [(plain_f(found), number) for number, found in texts.items() if found]
    return [number for _, number in sorted(scored)[-1:]]


def plain_f(texts: Sequence[EvaluatedText]) -> float:
    """Strict F1 in percent over all labels, without an interval."""
    return strict_f1((one.found, one.gold.spans) for one in texts) or 0.0
