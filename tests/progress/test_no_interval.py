"""Where a score has no interval, since too few texts or groups tell of it: what is shown in its place, everywhere."""

from __future__ import annotations

import json
import re
from datetime import datetime

import pytest
from evaluated_project import HELD, PART, add_round, fill

from loop.acquire.stopping import Gain
from loop.checkpoints.checkpoints import Checkpoints
from loop.cli.checkpoints import round_details, rounds_table, scores_by_round
from loop.cli.curve import curve_lines
from loop.cli.learning_curves import show
from loop.cli.status import status_json, status_lines
from loop.cli.train import result_lines
from loop.final.comparing import Comparison
from loop.final.folder import Result
from loop.final.packaging import About, _meta
from loop.intervals import Measure
from loop.progress import progress
from loop.progress.advice import overfitting_words
from loop.progress.forecast import Expected
from loop.progress.report_data import report_data
from loop.progress.scores import headline
from loop.report import report
from loop.simulate import Row
from loop.trainer.cross_validation import LearningCurve

ONE_GROUP = "no interval: all 40 evaluated texts belong to one group, “g0”, and groups are never split"
# From here to there, in words or in a table; what is of zero width or of everything says nothing.
RANGE = re.compile(r"([-+]?[\d.]+)</?[a-z]*>? ?(?:to|–) ?(?:<[^>]*>)?([-+]?[\d.]+)")


@pytest.fixture(params=[50, 200], ids=["spans enough for a number", "too few spans"])
def enough(request, monkeypatch) -> bool:
    monkeypatch.setattr("loop.progress.scores.ENOUGH", request.param)
    monkeypatch.setattr("loop.progress.advice.ENOUGH", request.param)
    return request.param <= 2 * HELD


@pytest.fixture
def evaluated(paths, with_settings, store):
    """Fourteen rounds, evaluated on 40 texts of one group, in which they find half of the entities."""
    settings = with_settings("project", labels=("PART", "BRAND"))
    held = fill(store, group_of=HELD)
    for number in range(1, 15):
        add_round(store, number, dict.fromkeys(held, (PART,) if number > 4 else ()), loss=1 / number)
    return store, settings, paths


def says_no_interval(lines: list[str]) -> bool:
    return not [pair for pair in RANGE.findall("\n".join(lines)) if "." in pair[0] or len(pair[0]) < 3]


def test_status_says_why_and_shows_no_range(evaluated, enough):
    now = progress(*evaluated)
    lines = status_lines(now, [], width=100)
    (f,) = (line for line in lines if line.startswith("F1 "))
    of = f"{ONE_GROUP}; there are 80 spans in 40 texts: 40 held out; round 14"

    assert f"F1       {'66.7, ' if enough else ''}{of}" == f
    assert ["PART         20   –  too few"] == [line for line in lines if line.startswith("PART")]
    assert says_no_interval(lines)
    assert not [line for line in lines if "│" in line]  # the curve
    assert ("", "") == (headline(now.scores), overfitting_words(now.advice))
    assert now.advice.gain is None


@pytest.mark.usefixtures("enough")
def test_programs_are_told_that_there_is_none(evaluated):
    found = json.loads(status_json(progress(*evaluated), []))["scores"]

    assert [None, None] == [found["overall"][kind]["f1_interval"] for kind in ("strict", "overlapping")]
    assert {"PART": None, "BRAND": None} == {
        label: one["strict"]["f1_interval"] for label, one in found["labels"].items()
    }
    assert 1 == found["overall"]["strict"]["units"]


@pytest.mark.usefixtures("enough")
def test_the_report_says_why_in_the_place_of_number_and_curve(evaluated):
    page = report(report_data(*evaluated), name="p", at=datetime(2026, 1, 1))

    assert 3 <= page.count(ONE_GROUP)  # the tile, the curve of all labels and those of each
    assert 2 == page.count('class="band"')  # of the training loss and of the pace
    assert "None" not in page


def test_rounds_are_listed_and_shown_without_a_range(evaluated, enough):
    store, settings, paths = evaluated
    scores, checkpoints = scores_by_round(paths, settings, store), Checkpoints(paths.models)

    assert ["66.7" if enough else "too few"] == sorted({row[2] for row in rounds_table(store, checkpoints, scores)[6:]})
    assert ("F1", f"{'66.7, ' if enough else ''}{ONE_GROUP}; there are 80 spans in 40 texts") in round_details(
        store, checkpoints, 14, scores[14]
    )


@pytest.mark.usefixtures("enough")
def test_a_learning_curve_a_package_and_a_comparison_say_it_too(evaluated):
    now = progress(*evaluated)
    expected = Expected(20, 0, Gain(1.0, 0.5, 1.5), Gain(1.0, 0.5, 1.5))
    lines = curve_lines(LearningCurve(now.curve, expected))
    meta = _meta({}, About("p", "1.0", labels=("PART",), scores=now.scores), {})
    (compared,) = result_lines(Result(Comparison(40, 100, 40.0, 50.0, None), None))

    assert 3 == sum(line.endswith("too few") for line in lines)
    assert f"All labels: {ONE_GROUP}." in meta["notes"]
    assert "| PART | – | too few | 40 | 40 |" in meta["notes"]
    assert meta["loop"]["scores"]["all"]["f1_interval"] is None
    assert "difference with no interval, from too few texts: not significant." in compared


def test_a_simulation_on_few_test_texts_has_no_range(capsys):
    measure = Measure(50.0, 50.0, 50.0, None, None, None, 3)
    row = Row(10, 100, 9, None, 50.0, 50.0, 50.0, 50.0, None, None, None, {"A": measure, "B": measure})
    show("random", {0: [row]})

    assert 3 == sum(line.endswith("50.0  too few") for line in capsys.readouterr().out.splitlines())
