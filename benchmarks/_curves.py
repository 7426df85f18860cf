"""Arithmetic on learning curves: areas, crossings, and paired differences with their intervals."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from itertools import pairwise
from math import sqrt

Curve = Sequence[tuple[float, float]]
"""What was spent, rising, and F in percent."""

Z_975 = 1.959964
# Student's t at 97.5 % by the degrees of freedom, where the expansion below is not near enough.
T_975 = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262}


def t_975(degrees: int) -> float:
    """Student's t at 97.5 %, by Fisher's expansion (Abramowitz and Stegun 1964, 26.7.5), within 0.01."""
    z = Z_975
    near = z + (z**3 + z) / (4 * degrees) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2)
    return T_975.get(degrees, near)


def area(curve: Curve, budget: float) -> float:
    """The mean of F while `budget` is spent, from nothing on; what lies between two points is on a line."""
    points = [(0.0, 0.0), *((x, f) for x, f in curve if x < budget), (budget, value(curve, budget))]
    pairs = pairwise(points)
    return sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairs) / budget


def value(curve: Curve, x: float) -> float:
    """F when so much was spent; the last F beyond the end."""
    before = (0.0, 0.0)
    for after in curve:
        if x <= after[0]:
            return before[1] + (after[1] - before[1]) * (x - before[0]) / (after[0] - before[0])
        before = after
    return before[1]


def spent_to_reach(curve: Curve, f: float) -> float | None:
    """What has to be spent until F is first reached; None where it never is."""
    before = (0.0, 0.0)
    for after in curve:
        if after[1] >= f:
            return before[0] + (after[0] - before[0]) * (f - before[1]) / (after[1] - before[1] or 1)
        before = after
    return None


def mean_curve(curves: Sequence[Curve]) -> list[tuple[float, float]]:
    """Point by point the mean of what was spent and of F."""
    return [
        (statistics.mean(x for x, _ in points), statistics.mean(f for _, f in points))
        for points in zip(*curves, strict=False)
    ]


def interval(differences: Sequence[float]) -> tuple[float, float, float]:
    """Their mean, and a 95 % interval of it by Student's t; infinitely wide for a single one."""
    mean = statistics.mean(differences)
    if len(differences) < 2:
        return mean, float("-inf"), float("inf")
    wide = t_975(len(differences) - 1) * statistics.stdev(differences) / sqrt(len(differences))
    return mean, mean - wide, mean + wide


def in_words(differences: Sequence[float]) -> str:
    """Their mean with the interval, such as "+1.2 (-0.3 to +2.7)"; of a single one no interval."""
    mean, low, high = interval(differences)
    return f"{mean:+.1f}" + (f" ({low:+.1f} to {high:+.1f})" if len(differences) > 1 else "")
