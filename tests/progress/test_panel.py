from __future__ import annotations

from dataclasses import replace

import pytest

from loop.acquire.stopping import Gain
from loop.intervals import Measure
from loop.progress.corpus_sample import Drawn
from loop.progress.panel import LabelLine, Panel, verdict
from loop.progress.scores import Score
from loop.terminal.panel_lines import panel_lines

MEASURE = Measure(70.0, 60.0, 64.6, (60.0, 80.0), (50.0, 70.0), (55.0, 73.0), 40)
SCORE = Score(45, 118, 100, "text", MEASURE, MEASURE)
PART = LabelLine("PART", 217, replace(SCORE, gold=40), "gains most: about +9 F1")
PANEL = Panel(
    SCORE,
    "",
    15,
    Drawn(10, 7, 28),
    548,
    (PART, LabelLine("BRAND", 0, None, "")),
    Gain(4.6, 0.9, 12.6),
    16.2,
    "go on",
    "Go on.",
)


def test_the_panel_says_how_good_and_on_what_by_label_and_what_more_would_bring():
    assert panel_lines(PANEL) == [
        "F1       64.6, 55 to 73, from 118 spans in 45 texts: 10 held out, 7 drawn at random, 28 chosen, "
        "counting less; round 15",
        "label  answered  F1   9 in 10  all texts left",
        "PART        217   –  55 to 73  gains most: about +9 F1",
        "BRAND         0",
        "100 more +4.6 F1 (+0.9 to +12.6) in about 16 minutes",
        "advice   Go on.",
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"gain": Gain(28.7, 10.0, 70.0)}, "much in about 16 minutes"),
        ({"gain": None}, "about 16 minutes"),
        ({"minutes": None}, "+4.6 F1 (+0.9 to +12.6)"),
        ({"minutes": 0.2, "gain": None}, "about 1 minute"),
    ],
)
def test_of_the_next_answers_only_what_is_known_is_said(given, expected):
    assert ("100 more", expected) in replace(PANEL, **given).rows


@pytest.mark.parametrize("given", [{"left": 0}, {"gain": None, "minutes": None}])
def test_where_nothing_is_left_or_known_nothing_is_promised(given):
    assert ["F1", "advice"] == [title for title, _ in replace(PANEL, **given).rows]


def test_without_a_score_it_says_why():
    nothing = replace(PANEL, score=None)

    assert nothing.rows[0][1].startswith("not known yet")
    assert "no texts are held out" == replace(nothing, why="no texts are held out").rows[0][1]


@pytest.mark.parametrize(
    ("gains", "expected"),
    [
        ({}, ""),
        ({"PART": 1.9}, "done: they would change little"),
        ({"PART": 2.4}, "about +2 F1"),
        ({"PART": 2.4, "BRAND": 2.1}, "gains most: about +2 F1"),
        ({"PART": 2.4, "BRAND": 9.0}, "about +2 F1"),
        ({"PART": 40.0, "BRAND": 9.0}, "gains most: much"),
    ],
)
def test_each_label_has_its_verdict(gains, expected):
    assert expected == verdict("PART", gains)
