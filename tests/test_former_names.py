"""Everything that had another name in version 0.1 is still found under it, with a warning."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, get_args

import pytest

from loop.acquire.scored import Scored
from loop.cli.check import TITLES
from loop.editing.keymap import COMMANDS
from loop.former_names import CHECKS, COLUMNS, SETTINGS, STREAMS, with_former_keys
from loop.lattice import Expectation
from loop.quality.finding import Kind
from loop.records import Answer, Question, Span, Stream, Text
from loop.settings import parse_settings
from loop.store.schema import answers, questions

SPAN = Span(0, 1, "A")
QUESTION = Question("q", Text(1, "a"), ((0, 1),), (SPAN,), stream="typical")
ANSWER = Answer("a", 1, "ann", "accept", repeat=True)
EXPECTED = Expectation(spans=3.0)


@pytest.mark.parametrize(
    ("former", "today", "value"),
    [
        (lambda: QUESTION.reading, "Question.prediction", (SPAN,)),
        (lambda: QUESTION.share, "Question.stream", "typical"),
        (lambda: ANSWER.again, "Answer.repeat", True),
        (lambda: Scored(1, 2, 3.0, lambda: EXPECTED).outlook, "Scored.expected", EXPECTED),
    ],
)
def test_a_former_attribute_gives_todays_and_warns_where_it_is_used(
    former: Callable[[], Any], today: str, value: Any
) -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        found = former()

    assert value == found
    assert [(DeprecationWarning, __file__)] == [(one.category, one.filename) for one in warned]
    assert f"is now called {today}" in str(warned[0].message)


SETTINGS_KEYS = [(section, *pair) for section, names in SETTINGS.items() for pair in names.items()]


@pytest.mark.parametrize(("section", "former", "today"), SETTINGS_KEYS)
def test_a_former_key_of_the_settings_sets_todays_and_warns(section: str, former: str, today: str) -> None:
    value = '["f2"]' if section == "keys" else "0.05"
    with pytest.warns(DeprecationWarning, match=rf"\[{section}\] {former} is now called {today}"):
        settings = parse_settings(f'[project]\nlabels = ["A"]\n[{section}]\n{former} = {value}\n')

    assert settings == parse_settings(f'[project]\nlabels = ["A"]\n[{section}]\n{today} = {value}\n')


def test_the_names_of_today_are_there() -> None:
    assert {*STREAMS.values()} <= {*get_args(Stream)}
    assert {*CHECKS.values()} <= {*TITLES} == {*get_args(Kind)}
    assert {*COLUMNS.values()} <= {*questions.c.keys(), *answers.c.keys()}
    assert {*SETTINGS["keys"].values()} <= {command.name for command in COMMANDS}


def test_scores_have_their_former_key_beside_todays_but_labels_of_that_name_have_none() -> None:
    scores = {"labels": {"f1": {"strict": {"f1": 50.0, "f1_interval": (40.0, 60.0)}}}, "rows": [{"f1": None}]}

    assert {
        "labels": {"f1": {"strict": {"f1": 50.0, "f1_interval": [40.0, 60.0], "f": 50.0, "f_interval": [40.0, 60.0]}}},
        "rows": [{"f1": None, "f": None}],
    } == with_former_keys(scores)
