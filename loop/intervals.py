"""Precision, recall and F with what chance does to them: bootstrap intervals over texts or groups of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from loop.records import Span

RESAMPLES = 1000
LEVEL = 95.0
SEED = 0  # the same counts give the same interval
# Columns of `counts` that stand for right, found and gold.
STRICT = (0, 1, 2)
OVERLAPPING = (3, 1, 2)

Floats = NDArray[np.float64]
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
    """One measure per column, all over the same resamples of the units.

    The intervals are those of the bootstrap, corrected for bias and skewness (BCa; Efron 1987): of what was tried they
    hold the truth as often as they say also where a label is rare. Where nothing or everything is right no resample
    differs, and the interval is Wilson's (1927) for so many entities; where there is none it is from 0 to 100.

    Args:
        table: (texts or other units, columns, …) of `counts`; the sum over the columns is a column like any other.
        kind: what counts as right: `STRICT` or `OVERLAPPING`.
    """
    parts = table[..., kind].astype(float) if len(table) else np.zeros((1, table.shape[1], 3))
    sums = parts.sum(axis=0)
    points = _scores(sums)
    bounds = _bca(points, _scores(resampled(parts)), _scores(sums - parts))
    low, high = _at_the_ends(bounds, points, sums)
    return [
        Measure(*point, *zip(below, above, strict=True))
        for point, below, above in zip(points.tolist(), low.tolist(), high.tolist(), strict=True)
    ]


def difference(table: NDArray[np.int64]) -> tuple[float, float, Range]:
    """F of the first and of the second column, and the interval of what the second has more, on the same resamples.

    Args:
        table: (texts or other units, 2, …), each column as of `counts`.
    """
    parts = table[..., STRICT].astype(float)
    sums = parts.sum(axis=0)
    point, drawn, without = (_scores(each)[..., 2] for each in (sums, resampled(parts), sums - parts))
    low, high = _bca(*(each[..., 1] - each[..., 0] for each in (point, drawn, without)))
    first, second = point.tolist()
    return first, second, (float(low), float(high))


def f_scores(table: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """(columns,) F of each column of `counts`, and (resamples, columns) the same on resampled units."""
    parts = table[..., STRICT].astype(float)
    return _scores(parts.sum(axis=0))[..., 2], _scores(resampled(parts))[..., 2]


def resampled(table: Floats) -> Floats:
    """(resamples, …) the sums over as many units, drawn with replacement; the same draws for as many units."""
    units = len(table)
    return np.asarray(_times(units) @ table.reshape(units, -1)).reshape(-1, *table.shape[1:])


@lru_cache(maxsize=4)
def _times(units: int) -> Floats:
    """(resamples, units) how often each is drawn; kept, since a learning curve draws again and again from as many."""
    return np.random.default_rng(SEED).multinomial(units, np.full(units, 1 / units), size=RESAMPLES).astype(float)


def _scores(sums: Floats) -> Floats:
    """(…, 3) right, found and gold become precision, recall and F in percent, 0 where nothing is to be divided by."""
    right, *_ = np.moveaxis(sums, -1, 0)
    return np.asarray(100 * right[..., None] / np.maximum(_trials(sums), 0.5))


def _trials(sums: Floats) -> Floats:
    """(…, 3) what precision, recall and F are shares of: found, gold, and half of both together."""
    _, found, gold = np.moveaxis(sums, -1, 0)
    return np.stack([found, gold, (found + gold) / 2], axis=-1)


def _bca(point: Floats, drawn: Floats, without: Floats) -> tuple[Floats, Floats]:
    """The interval of each statistic: (…) its value, (resamples, …) in each resample, (units, …) without each unit."""
    half = 0.5 / len(drawn)
    below = ((drawn < point).mean(axis=0) + (drawn <= point).mean(axis=0)) / 2
    bias = _normal_quantile(np.clip(below, half, 1 - half))
    apart = without.mean(axis=0) - without
    spread = (apart**2).sum(axis=0)
    skew = (apart**3).sum(axis=0) / np.maximum(6 * spread**1.5, 1e-12)
    drawn = np.sort(drawn, axis=0)
    wanted = [bias + side * _normal_quantile(np.array((1 + LEVEL / 100) / 2)) for side in (-1, 1)]
    low, high = (_quantile(drawn, _normal_share(bias + each / (1 - skew * each))) for each in wanted)
    return low, high


def _quantile(ordered: Floats, share: Floats) -> Floats:
    """(…) the quantile of each column of `ordered` (values, …), between two values in proportion."""
    place = share * (len(ordered) - 1)
    before = np.floor(place).astype(int)
    after = np.minimum(before + 1, len(ordered) - 1)
    low, high = (np.take_along_axis(ordered, each[None], axis=0)[0] for each in (before, after))
    return np.asarray(low + (place - before) * (high - low))


def _at_the_ends(bounds: tuple[Floats, Floats], points: Floats, sums: Floats) -> tuple[Floats, Floats]:
    """The bounds, with Wilson's in their place where nothing or everything is right."""
    trials, z2 = _trials(sums), float(_normal_quantile(np.array((1 + LEVEL / 100) / 2))) ** 2
    reach = 100 * z2 / (trials + z2)
    none, all_ = (points <= 0), (points >= 100)
    low = np.where(none, 0.0, np.where(all_, 100 - reach, bounds[0]))
    return low, np.where(none, reach, np.where(all_, 100.0, bounds[1]))


def _normal_share(z: Floats) -> Floats:
    return np.asarray(np.vectorize(NormalDist().cdf, otypes=[float])(z))


def _normal_quantile(share: Floats) -> Floats:
    return np.asarray(np.vectorize(NormalDist().inv_cdf, otypes=[float])(share))
