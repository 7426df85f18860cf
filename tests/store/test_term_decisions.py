from __future__ import annotations

import sqlite3

import pytest

from loop.records import TermDecision
from loop.store import Store
from loop.store.salvage import salvage


def said(store: Store) -> list[tuple[str, str, str | None]]:
    return [(each.string, each.verdict, each.label) for each in store.terms.standing()]


def yes(string: str, label: str, *labels: str) -> TermDecision:
    return TermDecision(string, "yes", label, labels or (label,))


def no(string: str, *labels: str) -> TermDecision:
    return TermDecision(string, "no", None, labels)


def test_a_decision_comes_back_as_it_was(store):
    decision = TermDecision("olive oil", "yes", "FOOD", ("FOOD", "PLACE"), "example", "the olive oil")
    store.terms.add(decision)

    assert [decision] == store.terms.standing()


def test_the_last_decision_about_a_term_stands_in_whatever_case_and_taking_it_back_brings_the_one_before(store):
    store.terms.add(no("Hub", "A"))
    later = store.terms.add(yes("hub", "A"))

    assert [("hub", "yes", "A")] == said(store)

    store.terms.take_back(later)

    assert [("Hub", "no", None)] == said(store)


def test_decisions_follow_labels_that_are_renamed_merged_and_removed(store):
    for decision in (yes("hub", "A", "A", "B", "C"), yes("shop", "C", "A", "B", "C"), no("noon", "A", "B", "C")):
        store.terms.add(decision)
    store.relabel(["X", "C"], {"A": "X", "B": "X"}, draft=lambda draft, _: draft)
    store.relabel(["X"], {"C": None}, draft=lambda draft, _: draft)

    assert [("hub", "yes", "X"), ("noon", "no", None)] == said(store)
    assert [("X",), ("X",)] == [each.labels for each in store.terms.standing()]


def test_forgotten_strings_leave_their_events_without_a_word(store):
    store.terms.add(no("Quibblethwaite", "A"))
    store.terms.add(TermDecision("hub", "yes", "A", ("A",), "terms", "Quibblethwaite hub"))
    store.terms.add(no("saddle", "A"))
    seq = store.journal.last_seq()

    assert 2 == store.terms.forget(lambda string: "Quibble" in string)
    assert [("saddle", "no", None)] == said(store)
    assert seq == store.journal.last_seq()
    assert "Quibble" not in str(store.journal.events())
    assert 0 == store.terms.forget(lambda string: "Quibble" in string)


def test_they_are_in_a_store_that_is_salvaged(store, tmp_path):
    store.terms.add(no("saddle", "A"))
    store.close()
    salvage(store.path, tmp_path / "saved.db")
    with Store(tmp_path / "saved.db") as saved:
        assert [("saddle", "no", None)] == said(saved)


def test_one_whose_scheme_was_lost_is_a_decision_for_no_label(store):
    store.terms.add(no("saddle", "A"))
    store.close()
    with sqlite3.connect(store.path) as connection:
        connection.execute("DELETE FROM schemes")
    connection.close()
    with Store(store.path) as damaged:
        assert [()] == [each.labels for each in damaged.terms.standing()]


@pytest.mark.parametrize("verdict", ["no", "depends"])
def test_it_teaches_nothing_and_begins_no_round(store, verdict):
    store.terms.add(TermDecision("saddle", verdict, None, ("A",)))

    assert ([], [], []) == (store.answers.all(), store.answers.training(), store.journal.rounds())
