"""Everything that had another name in version 0.1 is still found under it, with a warning."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any, get_args

import numpy as np
import pytest

from loop.acquire.scored import Scored
from loop.cli.check import TITLES
from loop.editing import COMMANDS, Aids
from loop.former_names import CHECKS, COLUMNS, EXPORTS, SETTINGS, STREAMS, with_former_keys
from loop.intervals import measures
from loop.lattice import Expectation, Lattice, Transitions
from loop.progress import progress
from loop.progress.advice import Advice
from loop.quality import Consistency
from loop.quality.finding import Kind
from loop.records import Answer, Question, Span, Stream, Text
from loop.session import Review
from loop.settings import QueueSettings, UpdateSettings, parse_settings
from loop.simulate import Row
from loop.store.schema import answers, questions
from loop.trainer import Trainer

SPAN = Span(0, 1, "A")
QUESTION = Question("q", Text(1, "a"), ((0, 1),), (SPAN,), stream="typical")
ANSWER = Answer("a", 1, "ann", "accept", repeat=True)
EXPECTED = Expectation(spans=3.0)
MEASURE = measures(np.array([[[1, 1, 2]]] * 8))[0]
ROW = Row(1, 2, 3, 4, 5.0, 6.0, 7.0, 8.0, None, None, (1.0, 2.0))
NONE, NO_FLOATS = np.zeros(0, dtype=np.int64), np.zeros(0)
OUTSIDE = Transitions(
    ("A",), np.zeros(1), np.zeros((2, 1)), NONE, NONE, NO_FLOATS, NONE, NONE, NO_FLOATS, NONE, NO_FLOATS
)
LATTICE = Lattice(OUTSIDE)


@pytest.mark.parametrize(
    ("former", "today", "value"),
    [
        (lambda: QUESTION.reading, "Question.prediction", (SPAN,)),
        (lambda: QUESTION.share, "Question.stream", "typical"),
        (lambda: ANSWER.again, "Answer.repeat", True),
        (lambda: Scored(1, 2, 3.0, lambda: EXPECTED).outlook, "Scored.expected", EXPECTED),
        (lambda: MEASURE.f, "Measure.f1", MEASURE.f1),
        (lambda: MEASURE.f_interval, "Measure.f1_interval", MEASURE.f1_interval),
        (lambda: ROW.f, "Row.f1", 8.0),
        (lambda: ROW.f_interval, "Row.f1_interval", (1.0, 2.0)),
        (lambda: Consistency(2, 1, 60.0).f, "Consistency.f1", 60.0),
        (lambda: Advice("stop", "", None, None, None, {}, None, None, True).by_heart, "Advice.overfits", True),
        (lambda: QueueSettings(repeat_share=0.05).again_share, "QueueSettings.repeat_share", 0.05),
        (lambda: UpdateSettings(l2_sp=0.5).pull_back, "UpdateSettings.l2_sp", 0.5),
        (lambda: Aids(analyses=False).readings, "Aids.analyses", False),
        (lambda: LATTICE.moves, "Lattice.transitions", OUTSIDE),
        (lambda: LATTICE.outlook(), "Lattice.expected", LATTICE.expected()),
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


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_former_attributes_of_a_project_are_todays(paths, settings, store) -> None:
    session, trainer = Review(paths, settings, store, stops=()), Trainer(paths, settings, store)
    session.close()
    trainer.close()

    assert store.requests == store.wishes
    assert store.answers.repeats == store.answers.again
    assert store.questions.streams == store.questions.shares
    assert session.texts.history == session.history
    assert session.texts.search == session.search
    assert session.texts.choose == session.choose
    assert "All reviewed (0); every change is saved." == session.over
    assert trainer.evaluate == trainer.measure
    assert store.journal.pinned_round == store.journal.hold
    assert store.journal.pin == store.journal.set_hold
    now = replace(progress(store, settings, paths), evaluated_round=7, pinned_round=6)
    assert (7, 6) == (now.measured, now.held)


FORMER_EXPORTS = [(package, *names) for package, exported in EXPORTS.items() for names in exported.items()]


@pytest.mark.parametrize(("package", "former", "today"), FORMER_EXPORTS)
def test_a_former_export_of_a_package_is_todays_and_warns(package: str, former: str, today: str) -> None:
    module, _, name = today.rpartition(".")
    with pytest.warns(DeprecationWarning, match=rf"{package}\.{former} is now called {today};"):
        found = getattr(import_module(package), former)

    assert getattr(import_module(module), name) is found


def test_a_script_that_imports_a_former_name_is_told_where() -> None:
    script: dict[str, Any] = {}
    with pytest.warns(DeprecationWarning, match=r"Moves is now called loop\.lattice\.Transitions") as warned:
        exec(compile("from loop.lattice import Moves", "script.py", "exec"), script)

    assert Transitions is script["Moves"]
    assert {("script.py", 1)} == {(one.filename, one.lineno) for one in warned}


@pytest.mark.parametrize("package", EXPORTS)
def test_a_package_has_no_other_name(package: str) -> None:
    with pytest.raises(AttributeError, match=f"module '{package}' has no attribute 'nothing'"):
        _ = import_module(package).nothing


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
    status = {"evaluated_round": 7, "pinned_round": 6}

    assert {
        "labels": {"f1": {"strict": {"f1": 50.0, "f1_interval": [40.0, 60.0], "f": 50.0, "f_interval": [40.0, 60.0]}}},
        "rows": [{"f1": None, "f": None}],
    } == with_former_keys(scores)
    assert status | {"measured": 7, "held": 6} == with_former_keys(status)
