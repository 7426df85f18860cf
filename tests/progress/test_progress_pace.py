from __future__ import annotations

from typing import Any

import pytest

from loop.progress.pace import acceptance, pace_words, seconds_an_answer
from loop.quality import Given
from loop.records import Answer, Question, Span, Text

ONE, OTHER = Span(0, 3, "PART"), Span(4, 7, "BRAND")
TOKENS = ((0, 3), (4, 7), (8, 12))


def answer(*, scored: bool = True, verdict: Any = "accept", **more: Any) -> Given:
    question = Question("q", Text(1, "SRM abc worn"), TOKENS, (), entropy=0.5 if scored else None)
    return Given(question, Answer("a", 1, "ann", verdict, question_id="q", **more))


@pytest.mark.parametrize(
    ("given", "counted"),
    [
        pytest.param(answer(shown=(ONE,), spans=(ONE,)), (1, 1), id="unchanged"),
        pytest.param(answer(shown=(ONE, OTHER), spans=(OTHER, ONE)), (1, 1), id="unchanged in another order"),
        pytest.param(answer(shown=(ONE,), spans=(OTHER,)), (0, 1), id="corrected"),
        pytest.param(answer(shown=(ONE,)), (0, 1), id="all removed"),
        pytest.param(answer(), (1, 1), id="no entities, as predicted"),
        pytest.param(answer(spans=(ONE,)), (0, 1), id="an entity where none was predicted"),
        pytest.param(answer(scored=False), (0, 0), id="before any model"),
        pytest.param(answer(scored=False, shown=(ONE,), spans=(ONE,)), (1, 1), id="by a pattern before any model"),
        pytest.param(answer(mode="teach", complete=False, shown=(ONE,), spans=(ONE,)), (1, 1), id="yes"),
        pytest.param(answer(mode="teach", complete=False, shown=(ONE,), spans=(OTHER,)), (0, 1), id="yes, corrected"),
        pytest.param(answer(mode="teach", complete=False, shown=(ONE,), verdict="reject"), (0, 1), id="no"),
        pytest.param(answer(mode="manual"), (0, 0), id="manual mode"),
        pytest.param(answer(held_out=True), (0, 0), id="held out"),
        pytest.param(answer(repeat=True, shown=(ONE,), spans=(ONE,)), (0, 0), id="a repeat"),
        pytest.param(answer(shown=(ONE,), verdict="skip"), (0, 0), id="skipped"),
        pytest.param(answer(shown=(ONE,), verdict="unusable"), (0, 0), id="unusable"),
    ],
)
def test_every_suggestion_that_was_answered_counts(given: Given, counted: tuple[int, int]) -> None:
    assert counted == acceptance([given])
    assert (2 * counted[0], 2 * counted[1]) == acceptance([given, given])


@pytest.mark.parametrize("interrupted", [100.0, 240.0, 599.0, 3600.0])
def test_a_break_does_not_change_the_pace(interrupted: float) -> None:
    usual = [answer(seconds=seconds) for seconds in (4.0, 5.0, 6.0, 7.0)]

    assert 5.5 == seconds_an_answer(usual)
    assert 5.5 == seconds_an_answer([*usual, answer(seconds=interrupted)])


def test_an_answer_that_took_longer_than_the_others_hardly_changes_the_pace() -> None:
    assert 5.0 == seconds_an_answer([answer(seconds=seconds) for seconds in (4.0, 5.0, 5.0, 6.0, 16.0)])


def test_there_is_no_pace_without_times() -> None:
    assert None is seconds_an_answer([answer(seconds=0.0), answer(seconds=3600.0)])


def test_a_pace_below_ten_seconds_has_a_decimal() -> None:
    assert ["0.4 s each", "9.9 s each", "10 s each", "47 s each"] == [*map(pace_words, (0.4, 9.9, 10.2, 47.3))]
