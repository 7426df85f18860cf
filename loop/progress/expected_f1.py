"""The model's own estimate of F1, where held-out texts confirm it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile

from loop.progress.curve import Point
from loop.store import RoundInfo

# Points of F1 between an estimate and the score on held-out texts.
CLOSE = 10.0
# Evaluated rounds in a row: their answers overlap, so fewer may agree by chance.
ROUNDS = 3


def confirmed(rounds: Iterable[RoundInfo], curve: Sequence[Point]) -> dict[int, Mapping[str, float]]:
    """The estimates that can be shown, by round, first to last; empty if held-out texts do not confirm them.

    An estimate comes from the model's probabilities on texts without answers, and is as wrong as they are: up to 30
    points with few answers or rare entities. Estimates are shown from the round on since when every evaluated round has
    been within `CLOSE` points of its F1 on the held-out texts; there must be `ROUNDS` of them, the last evaluated round
    included, and `Score.enough` gold spans (100: with fewer, F1 itself is only known to within 10 points).
    """
    estimates = {info.number: info.estimate for info in rounds if info.estimate}
    evaluated = [point for point in reversed(curve) if point.round in estimates]
    close = list(takewhile(lambda point: _is_close(point, estimates[point.round]), evaluated))
    if len(close) < ROUNDS:
        return {}
    return {number: estimate for number, estimate in estimates.items() if number >= close[-1].round}


def _is_close(point: Point, estimate: Mapping[str, float]) -> bool:
    overall = point.scores.overall
    return overall.enough and abs(estimate["f1"] - overall.strict.f1) <= CLOSE
