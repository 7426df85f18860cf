"""Precision, recall and F1 with confidence intervals, bootstrapped over texts or groups of texts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from loop.former_names import attribute
from loop.records import Span
from loop.words import counted

RESAMPLES = 1000
LEVEL = 95.0
Z = NormalDist().inv_cdf((1 + LEVEL / 100) / 2)
SEED = 0  # the same counts give the same interval
# The range of n units contains the median with probability 1 - 2**(1 - n) (sign test): below 95% for fewer units.
FEWEST_UNITS = 6
TOO_FEW = "too few"
# Format for `between`: the interval of a difference.
SIGNED = "{:+.1f} to {:+.1f}"
# The columns of `counts` to use as correct, predicted and gold.
STRICT = (0, 1, 2)
OVERLAPPING = (3, 1, 2)

# Weighted sums below this are left over from rounding.
TINY = 1e-9

Floats = NDArray[np.float64]
Number = TypeVar("Number", np.int64, np.float64)
Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Measure:
    """Precision, recall and F1 in percent, each with a 95% interval, or None if there are too few units.

    Attributes:
        units: number of texts or groups with predicted or gold entities.
    """

    p: float
    r: float
    f1: float
    p_interval: Range | None
    r_interval: Range | None
    f1_interval: Range | None
    units: int

    f = attribute("Measure", "f", "f1")
    f_interval = attribute("Measure", "f_interval", "f1_interval")


def between(interval: Range | None, form: str = "{:.0f} to {:.0f}") -> str:
    """Format an interval."""
    return TOO_FEW if interval is None else form.format(*(bound + 0.0 for bound in interval))  # no "-0"


def counts(
    found: Sequence[Collection[Span]], gold: Sequence[Collection[Span]], labels: Sequence[str]
) -> NDArray[np.int64]:
    """(texts, labels, 4) numbers of correct, predicted, gold, and at least partially correct entities.

    A correct entity has the boundaries and the label of a gold one. A partially correct one shares a character with a
    gold one of its label; the matching is one-to-one.
    """
    table = np.zeros((len(gold), len(labels), 4), dtype=np.int64)
    for row, predicted, true in zip(table, found, gold, strict=True):
        for column, label in zip(row, labels, strict=True):
            ours, theirs = ({span for span in spans if span.label == label} for spans in (predicted, true))
            if ours or theirs:
                column[:] = len(ours & theirs), len(ours), len(theirs), _overlapping(ours, theirs)
    return table


def _overlapping(some: Collection[Span], others: Collection[Span]) -> int:
    """Size of the largest one-to-one matching of overlapping spans; spans on the same side must not overlap."""
    left, right = sorted(some), sorted(others)
    i = j = pairs = 0
    while i < len(left) and j < len(right):
        one, other = left[i], right[j]
        met = one.overlaps(other)
        pairs += met
        # If the two do not overlap, the one that ends first overlaps nothing further on.
        i, j = (i + 1, j + 1) if met else (i + (one.end <= other.end), j + (other.end < one.end))
    return pairs


def over_units(table: NDArray[Number], units: Sequence[str]) -> NDArray[Number]:
    """(units, …) sums over the texts of each sampling unit, such as a group."""
    index = {unit: i for i, unit in enumerate(dict.fromkeys(units))}
    sums = np.zeros((len(index), *table.shape[1:]), dtype=table.dtype)
    np.add.at(sums, [index[unit] for unit in units], table)
    return sums


def measures(table: NDArray[Any], kind: tuple[int, int, int] = STRICT) -> list[Measure]:
    """Compute one measure per column, all on the same resamples of the units.

    The intervals are BCa bootstrap intervals (Efron 1987), widened for few units (Hesterberg 2015); of the methods
    tried, only these have the nominal coverage for rare labels, too. If all units are alike (for instance, everything
    is correct), no resample differs, and the interval is Wilson's (1927) for the number of units. There is none for
    fewer than `FEWEST_UNITS` units, or if one unit holds most of the entities.

    Args:
        table: (units, columns, …) result of `counts`, which may be weighted; a column may also be a sum over labels.
        kind: what counts as correct: `STRICT` or `OVERLAPPING`.
    """
    parts = table[..., kind].astype(float) if len(table) else np.zeros((1, table.shape[1], 3))
    sums = parts.sum(axis=0)
    points, units = _scores(sums), (_trials(parts) > 0).sum(axis=0)
    bounds = _bca(points, _scores(resampled(parts)), _scores(sums - parts), units)
    low, high = (np.where(_alike(parts), *each) for each in zip(_wilson(points, units), bounds, strict=True))
    known = _are_enough(_trials(parts))
    return [
        Measure(p, r, f, *_ranges(low[i], high[i], known[i]), int(units[i, -1]))
        for i, (p, r, f) in enumerate(points.tolist())
    ]


def difference(table: NDArray[np.int64]) -> tuple[float, float, Range | None]:
    """F1 of both columns, and the interval of their difference (second minus first) on paired resamples.

    If no resample differs, as when the predictions are the same, the interval has the width of Wilson's for 0%.

    Args:
        table: (units, 2, …) counts of two models, each column as from `counts`.
    """
    parts = table[..., STRICT].astype(float)
    sums, trials = parts.sum(axis=0), _trials(parts)[..., 2].sum(axis=1)
    units = (trials > 0).sum(axis=0)
    point, drawn, without = (_scores(each)[..., 2] for each in (sums, resampled(parts), sums - parts))
    more, in_resamples, left = (each[..., 1] - each[..., 0] for each in (point, drawn, without))
    low, high = _bca(more, in_resamples, left, units)
    if np.ptp(in_resamples) < 1e-9:
        _, apart = _wilson(np.zeros(()), units)
        low, high = np.clip((more - apart, more + apart), -100.0, 100.0)
    first, second = point.tolist()
    return first, second, (float(low), float(high)) if _are_enough(trials) else None


def intervals_of(
    statistic: Callable[[Floats], Floats], parts: Floats, trials: Floats
) -> list[tuple[float, Range | None] | None]:
    """Statistics of sums over units, between -1 and 1, with intervals as in `measures`; None if undefined.

    A resample in which a statistic is undefined counts as if it gave the statistic of all units. If no resample
    differs, the interval has the width of Wilson's for 0%.

    Args:
        statistic: from (…, columns, …) sums to (…, columns) statistics; nan where undefined.
        parts: (units, columns, …) what to sum.
        trials: (units, columns) how much each unit tells about each statistic.
    """
    sums = parts.sum(axis=0)
    found = statistic(sums)
    is_defined = ~np.isnan(found)
    point = np.where(is_defined, found, 0.0)
    others = map(statistic, (resampled(parts), sums - parts))
    drawn, without = (np.where(np.isnan(each), point, each) for each in others)
    units = (trials > 0).sum(axis=0)
    low, high = _bca(point, drawn, without, units)
    _, apart = _wilson(np.zeros(point.shape), units)
    alike = np.ptp(drawn, axis=0) < 1e-9
    low, high = (np.where(alike, point + side * apart / 100, each) for side, each in ((-1, low), (1, high)))
    bounds = np.clip([low, high], -1.0, 1.0).T.tolist()
    known = _are_enough(trials)
    return [
        (float(value), (one[0], one[1]) if enough else None) if defined else None
        for value, one, enough, defined in zip(point, bounds, known, is_defined, strict=True)
    ]


def tell(table: NDArray[np.int64]) -> bool:
    """Whether every column of `counts` has enough units for an interval of F1."""
    return bool(_are_enough(_trials(table[..., STRICT].astype(float))[..., 2]).all())


def no_interval(units: int, unit: str) -> str:
    """Explain why there is no interval; `units` is the number of units with entities, `unit` the noun for one."""
    if units >= FEWEST_UNITS:
        return f"no interval: one {unit} holds most of the entities"
    return f"no interval from {counted(units, unit)} with entities: it takes {FEWEST_UNITS}"


def _are_enough(trials: Floats) -> NDArray[np.bool_]:
    """(…) whether the denominators of each statistic, (units, …), suffice for an interval."""
    return np.asarray(((trials > 0).sum(axis=0) >= FEWEST_UNITS) & (trials.max(axis=0) <= trials.sum(axis=0) / 2))


def _ranges(low: Floats, high: Floats, known: NDArray[np.bool_]) -> tuple[Range | None, Range | None, Range | None]:
    p, r, f = ((float(a), float(b)) if there else None for a, b, there in zip(low, high, known, strict=True))
    return p, r, f


def f_scores(table: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """(columns,) F1 of each column of `counts`, and (resamples, columns) the same on resampled units."""
    parts = table[..., STRICT].astype(float)
    return _scores(parts.sum(axis=0))[..., 2], _scores(resampled(parts))[..., 2]


def resampled(table: Floats) -> Floats:
    """(resamples, …) sums over units drawn with replacement; the draws depend only on the number of units."""
    units = len(table)
    return np.asarray(_times(units) @ table.reshape(units, -1)).reshape(-1, *table.shape[1:])


@lru_cache(maxsize=4)
def _times(units: int) -> Floats:
    """(resamples, units) how often each unit is drawn; cached, since a learning curve reuses the draws."""
    return np.random.default_rng(SEED).multinomial(units, np.full(units, 1 / units), size=RESAMPLES).astype(float)


def _scores(sums: Floats) -> Floats:
    """(…, 3) precision, recall and F1 in percent from correct, predicted and gold; 0 if the denominator is 0."""
    trials = _trials(sums)
    right = np.broadcast_to(100 * sums[..., :1], trials.shape)
    percent = np.divide(right, trials, out=np.zeros(trials.shape), where=trials > TINY)
    return np.clip(percent, 0.0, 100.0)


def _trials(sums: Floats) -> Floats:
    """(…, 3) denominators of precision, recall and F1: predicted, gold, and the mean of both."""
    _, found, gold = np.moveaxis(sums, -1, 0)
    return np.stack([found, gold, (found + gold) / 2], axis=-1)


def _bca(point: Floats, drawn: Floats, without: Floats, units: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """BCa interval of each statistic.

    Args:
        point: (…) the statistic.
        drawn: (resamples, …) the statistic on each resample.
        without: (units, …) the statistic without each unit (jackknife).
        units: (…) number of units of each statistic.
    """
    half = 0.5 / len(drawn)
    below = ((drawn < point).mean(axis=0) + (drawn <= point).mean(axis=0)) / 2
    bias = _normal_quantile(np.clip(below, half, 1 - half))
    apart = without.mean(axis=0) - without
    spread = (apart**2).sum(axis=0)
    skew = (apart**3).sum(axis=0) / np.maximum(6 * spread**1.5, 1e-12)
    drawn, reach = np.sort(drawn, axis=0), _reach(units)
    wanted = [bias + side * reach for side in (-1, 1)]
    low, high = (_quantile(drawn, _normal_share(bias + each / np.maximum(1 - skew * each, 0.05))) for each in wanted)
    return low, high


def _reach(units: NDArray[np.int64]) -> Floats:
    """Half-width of an interval in bootstrap standard errors, corrected for their narrowness with few units.

    Student's quantile (expansion of Abramowitz and Stegun 1964, 26.7.5) times sqrt(n / (n - 1)): the expanded
    percentile interval of Hesterberg 2015, "What teachers should know about the bootstrap".
    """
    n, z = np.maximum(units, 2).astype(float), Z
    terms = (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96, (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    student = z + sum(term / (n - 1) ** power for power, term in enumerate(terms, start=1))
    return np.asarray(np.sqrt(n / (n - 1)) * student)


def _quantile(ordered: Floats, share: Floats) -> Floats:
    """(…) quantile of each column of `ordered`, (values, …), with linear interpolation."""
    place = share * (len(ordered) - 1)
    before = np.floor(place).astype(int)
    after = np.minimum(before + 1, len(ordered) - 1)
    low, high = (np.take_along_axis(ordered, each[None], axis=0)[0] for each in (before, after))
    return np.asarray(low + (place - before) * (high - low))


def _alike(parts: Floats) -> NDArray[np.bool_]:
    """(columns, 3) whether precision, recall and F1 are the same in all units where they are defined."""
    right, trials = parts[..., :1], _trials(parts)
    return np.asarray((right * trials.sum(axis=0) == right.sum(axis=0) * trials).all(axis=0))


def _wilson(percent: Floats, units: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Wilson's interval of a percentage, as if each unit were either all correct or all wrong."""
    share, n = percent / 100, np.maximum(units, 1)
    middle = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    reach = Z * np.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2)) / (1 + Z**2 / n)
    return np.asarray(100 * (middle - reach)), np.asarray(100 * (middle + reach))


def _normal_share(z: Floats) -> Floats:
    return np.asarray(np.vectorize(NormalDist().cdf, otypes=[float])(z))


def _normal_quantile(share: Floats) -> Floats:
    return np.asarray(np.vectorize(NormalDist().inv_cdf, otypes=[float])(share))
