from __future__ import annotations

import pytest

from loop.intervals import Measure
from loop.progress.curve import Point
from loop.progress.expected_f1 import confirmed
from loop.progress.scores import Score, Scores
from loop.store import RoundInfo


def info(number: int, f1: float | None) -> RoundInfo:
    estimate = {} if f1 is None else {"f1": f1, "texts": 20}
    return RoundInfo(
        number, 10 * number, 1, 1.0, seconds=1.0, seed=0, versions="", weights="", digest="", estimate=estimate
    )


def point(number: int, f1: float, spans: int = 100) -> Point:
    measure = Measure(f1, f1, f1, None, None, (f1 - 5, f1 + 5), 50)
    return Point(number, 10 * number, Scores(Score(50, spans, spans, "text", measure, measure), {}))


@pytest.mark.parametrize(
    ("estimates", "scores", "shown"),
    [
        pytest.param([60, 62, 64], [70, 72, 74], [1, 2, 3], id="ten points off, three times"),
        pytest.param([60, 62, 64], [70, 72, 74.1], [], id="the last one further off"),
        pytest.param([90, 62, 64, 66], [40, 62, 64, 66], [2, 3, 4], id="the first one further off"),
        pytest.param([62, 90, 64, 66], [62, 40, 64, 66], [], id="one of the last three further off"),
        pytest.param([80, 82, 84], [70, 72, 74], [1, 2, 3], id="too high by ten"),
        pytest.param([62, 64], [62, 64], [], id="two rounds"),
        pytest.param([62, 64, 66, 90], [62, 64, 66], [1, 2, 3, 4], id="the last round not evaluated yet"),
        pytest.param([62, None, 66, 66], [62, 0, 66, 66], [1, 3, 4], id="a round without an estimate"),
        pytest.param([62, 64, 66], [], [], id="never evaluated"),
    ],
)
def test_estimates_are_shown_since_the_rounds_confirm_them(
    estimates: list[float | None], scores: list[float], shown: list[int]
) -> None:
    rounds = [info(number, f1) for number, f1 in enumerate(estimates, 1)]

    assert shown == list(confirmed(rounds, [point(number, f1) for number, f1 in enumerate(scores, 1)]))


def test_too_few_held_out_spans_confirm_nothing() -> None:
    rounds = [info(number, 70.0) for number in (1, 2, 3)]

    assert {} == confirmed(rounds, [point(number, 70.0, 99) for number in (1, 2, 3)])
