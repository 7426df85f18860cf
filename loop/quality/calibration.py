"""Calibration: are spans with a probability of 80% right in 80 of 100 answers?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from loop.quality.finding import Given

BINS = 10
# Below this a span was not suggested, and annotators hardly looked at it.
LEAST = 0.05
Z = 1.959964  # of a 95 % interval


@dataclass(frozen=True, slots=True)
class Bin:
    """Spans of similar probability.

    Attributes:
        spans: their number. p: their mean probability. right: the share that annotators marked, with its 95% interval
            (Wilson 1927).
    """

    spans: int
    p: float
    right: float
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Non-empty bins in the order of probability.

    Attributes:
        texts: number of texts with these spans. error: expected calibration error, |p - right| weighted by spans.
        at_random: whether all texts were drawn at random, rather than many for the model's uncertainty.
    """

    bins: tuple[Bin, ...]
    texts: int
    error: float
    at_random: bool


def calibration(answers: Sequence[Given], *, enough: int = 200) -> Calibration | None:
    """The calibration of the questions' probabilities; None without any.

    They come from the round that asked, before it learned the answer. If texts drawn at random have `enough` spans,
    only these count.
    """
    random = [one for one in answers if one.question.stream == "random"]
    at_random = len(_spans(random)) >= enough
    texts = random if at_random else [one for one in answers if one.question.stream != "revisit"]
    spans = _spans(texts)
    if not spans:
        return None
    parts = [[pair for pair in spans if min(BINS - 1, int(pair[0] * BINS)) == n] for n in range(BINS)]
    bins = tuple(_bin(part) for part in parts if part)
    error = sum(one.spans * abs(one.p - one.right) for one in bins) / len(spans)
    return Calibration(bins, sum(bool(_spans([one])) for one in texts), error, at_random)


def _spans(answers: Sequence[Given]) -> list[tuple[float, bool]]:
    """(probability, whether the answer has it) of every span with a probability of at least `LEAST`."""
    return [
        (candidate.p, candidate.span in one.answer.spans)
        for one in answers
        for candidate in one.candidates
        if candidate.p is not None and candidate.p >= LEAST
    ]


def _bin(part: Sequence[tuple[float, bool]]) -> Bin:
    right = sum(is_right for _, is_right in part) / len(part)
    return Bin(len(part), sum(p for p, _ in part) / len(part), right, wilson(right, len(part)))


def wilson(share: float, n: int) -> tuple[float, float]:
    """The 95% interval of a share of `n` cases; the bounds are in [0, 1]."""
    middle, squared = share + Z**2 / (2 * n), Z**2 / n
    half = Z * sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return max(0.0, (middle - half) / (1 + squared)), min(1.0, (middle + half) / (1 + squared))
