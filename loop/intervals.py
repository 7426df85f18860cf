"""Precision, recall and F with what chance does to them: bootstrap intervals over texts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loop.records import Span

RESAMPLES = 1000
LEVEL = 95.0
SEED = 0  # the same counts give the same interval
# Columns of `counts` that stand for right, found and gold.
STRICT = (0, 1, 2)
OVERLAPPING = (3, 1, 2)
_AT_ONCE = 100  # resamples in memory at a time

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Measure:
    """Precision, recall and F in percent, each with its 95 % interval."""

    p: float
    r: float
    f: float
    p_interval: Range
    r_interval: Range
    f_interval: Range


def counts(
    found: Sequence[Collection[Span]], gold: Sequence[Collection[Span]], labels: Sequence[str]
) -> NDArray[np.int64]:
    """(texts, labels, 4): how many entities of each text are right, found, gold, and found at least in part.

    Right is one with the edges and the label of a gold one. Found in part is one that shares a character with a gold
    one of its label; each counts for one of the other at most.
    """
    table = np.zeros((len(gold), len(labels), 4), dtype=np.int64)
    for row, predicted, true in zip(table, found, gold, strict=True):
        for column, label in zip(row, labels, strict=True):
            ours, theirs = ({span for span in spans if span.label == label} for spans in (predicted, true))
            if ours or theirs:
                column[:] = len(ours & theirs), len(ours), len(theirs), _overlapping(ours, theirs)
    return table


def _overlapping(some: Collection[Span], others: Collection[Span]) -> int:
    """The most pairs that overlap, nothing in two pairs, where no two on one side overlap."""
    left, right = sorted(some), sorted(others)
    i = j = pairs = 0
    while i < len(left) and j < len(right):
        one, other = left[i], right[j]
        met = one.start < other.end and other.start < one.end
        pairs += met
        # Of two that part here the one that ends first meets nothing further on.
        i, j = (i + 1, j + 1) if met else (i + (one.end <= other.end), j + (other.end < one.end))
    return pairs


def over_units(table: NDArray[np.int64], units: Sequence[str]) -> NDArray[np.int64]:
    """(units, …): the sums over the texts that chance draws together, such as those of a group."""
    index = {unit: i for i, unit in enumerate(dict.fromkeys(units))}
    sums = np.zeros((len(index), *table.shape[1:]), dtype=np.int64)
    np.add.at(sums, [index[unit] for unit in units], table)
    return sums


def measures(table: NDArray[np.int64], kind: tuple[int, int, int] = STRICT) -> list[Measure]:
    """One measure per column, all over the same resamples of the texts (percentile bootstrap, Efron 1979).

    Args:
        table: (texts or other units, columns, …) of `counts`; the sum over the columns is a column like any other.
        kind: what counts as right: `STRICT` or `OVERLAPPING`.
    """
    table = table[..., kind]
    columns = table.shape[1]
    points = _scores(table.sum(axis=0))
    resampled = np.concatenate([_scores(sums) for sums in _resampled(table)]).reshape(-1, columns, 3)
    low, high = np.percentile(resampled, [(100 - LEVEL) / 2, (100 + LEVEL) / 2], axis=0)
    return [
        Measure(*point.tolist(), *(tuple(pair) for pair in zip(below.tolist(), above.tolist(), strict=True)))
        for point, below, above in zip(points, low, high, strict=True)
    ]


def difference(table: NDArray[np.int64]) -> tuple[float, float, Range]:
    """F of the first and of the second column, and the interval of what the second has more, on the same resamples.

    Args:
        table: (texts or other units, 2, …), each column as of `counts`.
    """
    table = table[..., STRICT]
    first, second = _scores(table.sum(axis=0))[:, 2].tolist()
    resampled = np.concatenate([_scores(sums) for sums in _resampled(table)]).reshape(-1, 2, 3)[..., 2]
    low, high = np.percentile(resampled[:, 1] - resampled[:, 0], [(100 - LEVEL) / 2, (100 + LEVEL) / 2]).tolist()
    return first, second, (low, high)


def _resampled(table: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """The sums over as many texts, drawn with replacement; (resamples, columns, 3) in parts."""
    texts = len(table)
    rng = np.random.default_rng(SEED)
    flat = table.reshape(texts, -1)
    draws = (rng.integers(texts, size=(_AT_ONCE, texts)) for _ in range(RESAMPLES // _AT_ONCE))
    times = (np.array([np.bincount(draw, minlength=texts) for draw in part]) for part in draws)
    return [(part @ flat).reshape(-1, *table.shape[1:]) for part in times]


def _scores(sums: NDArray[np.int64]) -> NDArray[np.float64]:
    """(…, 3) right, found and gold become precision, recall and F in percent, 0 where nothing is to be divided by."""
    right, found, gold = np.moveaxis(sums, -1, 0).astype(float)
    parts = [right / np.maximum(found, 1), right / np.maximum(gold, 1), 2 * right / np.maximum(found + gold, 1)]
    return 100 * np.stack(parts, axis=-1)
