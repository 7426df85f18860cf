"""The time answers take."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median, quantiles
from typing import NamedTuple

from loop.quality.finding import Given
from loop.timing import has_plausible_time

# Upper bounds of the length bands, in words.
LENGTHS = (10, 20, 40, 80)
FEWEST = 4  # answers needed for quartiles


class Pace(NamedTuple):
    """Seconds per answer: median and quartiles of `answers` answers. `upto` is the last answer, or the most words."""

    upto: int
    answers: int
    low: float
    median: float
    high: float


def pace(answers: Sequence[Given], *, blocks: int = 20) -> list[Pace]:
    """The pace over time, in at most `blocks` blocks of equal size."""
    taken = [one.answer.seconds for one in answers if has_plausible_time(*one)]
    size = max(FEWEST, -(-len(taken) // blocks))
    parts = [taken[start : start + size] for start in range(0, len(taken), size)]
    return [_pace(start * size + len(part), part) for start, part in enumerate(parts) if len(part) >= FEWEST]


def pace_by_length(answers: Sequence[Given]) -> list[Pace]:
    """The pace by the length of the text; `upto` is 0 for the longest."""
    taken = [(len(one.words), one.answer.seconds) for one in answers if has_plausible_time(*one)]
    bounds = [0, *LENGTHS, 10**9]
    parts = [[s for n, s in taken if low < n <= high] for low, high in pairwise(bounds)]
    return [_pace(upto, part) for upto, part in zip((*LENGTHS, 0), parts, strict=True) if len(part) >= FEWEST]


def _pace(upto: int, seconds: Sequence[float]) -> Pace:
    low, _, high = quantiles(seconds, n=4, method="inclusive")
    return Pace(upto, len(seconds), low, median(seconds), high)
