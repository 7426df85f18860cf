from __future__ import annotations

import json

import pytest
from evaluated_project import BRAND, HELD, PART, TEXTS, add_round, fill

from loop.cli.status import status_json, status_lines
from loop.progress import progress
from loop.progress.report_data import report_data


@pytest.fixture
def labelled(with_settings):
    return with_settings("project", labels=("PART", "BRAND"))


def test_status_and_report_show_the_same_numbers(paths, labelled, store):
    held = fill(store)
    for number in range(1, 15):
        found = (PART, BRAND) if number > 4 else ()
        add_round(store, number, dict.fromkeys(held, found))
    now, lines = progress(store, labelled, paths), status_lines(progress(store, labelled, paths), [], width=70)
    as_json = json.loads(status_json(now, []))

    assert report_data(store, labelled, paths).now == now
    assert (14, HELD, 2 * HELD) == (now.evaluated_round, now.scores.overall.texts, now.scores.overall.gold)
    assert [now.scores.overall.strict.f1, *now.scores.overall.strict.f1_interval] == [
        as_json["scores"]["overall"]["strict"]["f1"],
        *as_json["scores"]["overall"]["strict"]["f1_interval"],
    ]
    assert ((0, TEXTS - HELD), 6.0) == (now.accepted, now.seconds)
    # Every held-out text of this corpus nearly repeats one that is learned from.
    assert HELD == now.near_duplicates
    said = "\n".join(lines)
    assert "F1       91 to 100, from 80 spans in 40 texts: 40 held out; round 14" in said
    assert "0 of the last 20 suggestions accepted unchanged" in said
    assert "6.0 s each recently" in said
    assert "40 of 40 held-out texts nearly repeat" in said
    assert "advice   " in said
    assert ["PART         20   –  91 to 100"] == [line for line in lines if line.startswith("PART")]


@pytest.mark.parametrize("enough", [50, 100])
@pytest.mark.parametrize("width", [40, 200])
def test_the_learning_curve_fits_the_terminal_and_has_no_colours(paths, labelled, store, monkeypatch, width, enough):
    held = fill(store)
    for number in range(1, 5):
        add_round(store, number, dict.fromkeys(held, (PART,)))
    monkeypatch.setattr("loop.progress.scores.ENOUGH", enough)
    lines = status_lines(progress(store, labelled, paths), [], width=width)
    picture = [line for line in lines if set("│┤┬└┘┐┌") & set(line)]

    assert len(picture) > 8
    assert max(map(len, picture)) <= width
    assert not [line for line in lines if "\x1b" in line]
    # A single number, a star in the curve, only where there are spans enough.
    assert (enough == 50) == any("*" in line for line in picture)


def test_a_project_that_has_only_begun_has_its_numbers_too(paths, labelled, store):
    now = progress(store, labelled, paths)

    assert (None, None, (0, 0), None, 0) == (
        now.evaluated_round,
        now.scores,
        now.accepted,
        now.seconds,
        now.near_duplicates,
    )
    assert ["F1       not known yet: it takes answers to questions that are held out or drawn at random"] == [
        line for line in status_lines(now, []) if line.startswith(("F1 ", "100 more", "label"))
    ]
    assert ("add texts", True) == (now.advice.kind, "none are left to annotate" in now.advice.words)


def test_overfitting_is_said_in_words_with_what_to_do(paths, labelled, store, monkeypatch):
    monkeypatch.setattr("loop.progress.advice.ENOUGH", 50)
    held = fill(store)
    found = dict.fromkeys(held, ()) | dict.fromkeys(held[::2], (PART,))
    for number in range(1, 11):
        add_round(store, number, found, loss=4.0 * 0.7**number)
    now = progress(store, labelled, paths)
    (alarm,) = [line for line in status_lines(now, []) if "overfits" in line]

    assert now.advice.overfits
    assert alarm.startswith("alarm    the training loss keeps falling while F1")
    assert "steps in [update]" in alarm
