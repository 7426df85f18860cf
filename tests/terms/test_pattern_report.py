from __future__ import annotations

import json
from dataclasses import replace

import pytest

from loop.learning.weak_labels import Evidence
from loop.records import Answer, Span
from loop.store import NewText
from loop.terms.pattern_report import Fared, pattern_report

TEXTS = [f"{n} hub, a hub and a new saddle" for n in range(6)]


@pytest.fixture
def answered(paths, store):
    """Six texts; in three of them the hubs are parts and the saddles are none."""
    store.corpus.add_batch(map(NewText, TEXTS), source="texts")
    scheme = store.journal.scheme(["PART", "SHOP"])
    for n, text in enumerate(store.corpus.texts([1, 2, 3])):
        spans = tuple(Span(at, at + 3, "PART") for at in (2, 9))
        store.answers.add(Answer(f"a{n}", text.id, "ann", "accept", spans, scheme=scheme))
    return paths


@pytest.fixture
def settings(settings):
    """Nothing is held out but what is answered so."""
    return replace(
        settings,
        project=replace(settings.project, labels=("PART", "SHOP")),
        queue=replace(settings.queue, held_out_share=0.0),
    )


@pytest.fixture
def report(answered, store, settings):
    def of(*rows):
        answered.patterns(None).write_text("".join(json.dumps(row) + "\n" for row in rows))
        return pattern_report(answered, settings, store)

    return of


def test_each_pattern_has_its_matches_and_how_often_the_answers_agree(report):
    token = [{"LOWER": "new"}, {"LOWER": "saddle"}]
    found = report(
        {"label": "PART", "pattern": "hub"},
        {"label": "PART", "pattern": token},
        {"label": "PART", "pattern": "pedal"},
    )

    assert {1: Fared(12, 6, Evidence(6, 0)), 2: Fared(6, 6, Evidence(0, 3)), 3: Fared()} == found.fared
    assert 6 == found.read
    assert ["The answers contradict Pattern 2 more often than they agree."] == found.problems()


def test_a_pattern_within_a_longer_one_is_counted_on_its_own(report):
    found = report({"label": "PART", "pattern": "saddle"}, {"label": "PART", "pattern": "new saddle"})

    assert [6, 6] == [fared.matches for fared in found.fared.values()]


def test_one_string_for_two_labels_is_said(report):
    found = report({"label": "PART", "pattern": "hub"}, {"label": "SHOP", "pattern": "Hub"})

    assert [
        "The answers contradict Pattern 2 more often than they agree.",
        "Pattern 2 has a label on another line, too.",
    ] == found.problems()


def test_held_out_texts_are_neither_counted_nor_judged(report, store):
    store.answers.add(Answer("held", 1, "bob", "accept", held_out=True, scheme=1))
    found = report({"label": "PART", "pattern": "hub"})

    assert (5, Fared(10, 5, Evidence(4, 0))) == (found.read, found.fared[1])


def test_a_pattern_that_stands_in_most_of_the_texts_is_said_to_be_no_term(report, store):
    store.corpus.add_batch((NewText(f"text {n}") for n in range(20, 40)), source="more")
    found = report({"label": "PART", "pattern": "hub"}, {"label": "SHOP", "pattern": "text"})

    assert ["Pattern 2 matches in most of the texts: it is no term."] == found.problems()


def test_what_is_no_pattern_and_other_keys_of_a_pattern_do_no_harm(report):
    found = report({"label": "NO"}, {"label": "PART", "pattern": "hub", "id": "x", "source": "terms"})

    assert {2: Fared(12, 6, Evidence(6, 0))} == found.fared
    assert {"id": "x", "source": "terms"} == found.patterns[2].further


def test_without_a_file_there_is_nothing_to_report(answered, store, settings):
    assert ({}, [], 0) == ((found := pattern_report(answered, settings, store)).fared, found.problems(), found.read)


def test_patterns_of_a_list_are_numbered_by_their_places_in_it(answered, store, settings):
    rows = [
        {"label": "PART", "pattern": "hub"},
        {"label": "NO", "pattern": "x"},
        {"label": "PART", "pattern": "saddle"},
    ]
    answered.patterns(None).write_text(json.dumps(rows))
    found = pattern_report(answered, settings, store)

    assert {1: 12, 3: 6} == {number: fared.matches for number, fared in found.fared.items()}
    assert ["The answers contradict Pattern 3 more often than they agree."] == found.problems()
