from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from loop.records import Span
from loop.store import NewText, Store, WeakSpan, WeakSummary
from loop.store.events import EventKind
from loop.store.salvage import salvage

HUB, RIM = {"label": "PART", "pattern": "hub"}, {"label": "PART", "pattern": "rim"}
PUMP = {"label": "TOOL", "pattern": [{"LOWER": "pump"}]}
LABELS = ("PART", "TOOL")


def said(start: int, by: int | None = None, label: str = "PART") -> WeakSpan:
    return WeakSpan(Span(start, start + 3, label), by)


@pytest.fixture
def texts(store: Store) -> None:
    """Nine texts, the last three of which are of one group."""
    new = [NewText(f"hub and rim {n}", group="g" if n > 6 else None) for n in range(1, 10)]
    store.corpus.add_batch(new, source="test")


pytestmark = pytest.mark.usefixtures("texts")


def test_what_was_added_comes_back_and_is_an_event(store) -> None:
    found = {1: [said(0, 0), said(8, 1)], 2: []}
    store.weak.add("pattern", found, labels=LABELS, patterns=[HUB, RIM])
    (one,) = store.weak.all()

    assert ("pattern", (HUB, RIM)) == (one.source, one.patterns)
    assert {1: (said(0, 0), said(8, 1)), 2: ()} == one.texts
    assert one.seq == store.journal.last_seq(EventKind.WEAK_LABELS)


def test_of_patterns_and_files_the_last_count_and_only_what_came_before(store) -> None:
    store.weak.add("pattern", {1: [said(0, 0)]}, labels=LABELS, patterns=[HUB])
    store.weak.add("file", {2: [said(0)]}, labels=LABELS)
    store.weak.add("pattern", {3: [said(0, 0)]}, labels=LABELS, patterns=[HUB, RIM])
    first, file, second = store.weak.all()

    assert [second, file] == store.weak.in_force()
    assert [first, file] == store.weak.in_force(second.seq)
    assert [first] == store.weak.in_force(file.seq)
    assert [] == store.weak.in_force(first.seq)


def test_a_pipeline_counts_from_when_it_has_finished_as_one(store) -> None:
    reader = "rules", frozenset({("THING", "PART")})
    for n, goes_on in enumerate((True, True, False, True), start=1):
        store.weak.add("pipeline", {n: [said(0)]}, labels=LABELS, reader=reader, goes_on=goes_on)
    *_, third, fourth = store.weak.all()
    (one,) = store.weak.in_force()

    assert [] == store.weak.in_force(third.seq)
    assert {1, 2, 3} == one.texts.keys()
    assert [one] == store.weak.in_force(fourth.seq)
    assert reader == one.reader


def test_another_pipeline_counts_alone(store) -> None:
    for n, name in enumerate(("rules", "llm"), start=1):
        store.weak.add("pipeline", {n: [said(0)]}, labels=LABELS, reader=(name, frozenset()))

    assert [{2}] == [{*one.texts} for one in store.weak.in_force()]


def test_the_checksum_says_whether_anything_has_changed(store) -> None:
    store.weak.add("pattern", {1: [said(0, 0)]}, labels=LABELS, patterns=[HUB])
    store.weak.add("pattern", {1: [said(0, 0)]}, labels=LABELS, patterns=[HUB])
    first, second = store.weak.all()
    store.relabel(("PIECE", "TOOL"), {"PART": "PIECE"}, draft=lambda draft, _: draft)

    assert first.checksum != second.checksum
    assert [first.checksum, second.checksum] == [one.checksum for one in store.weak.all()]
    store.relabel(("TOOL",), {"PIECE": "TOOL"}, draft=lambda draft, _: draft)
    assert first.checksum != store.weak.all()[0].checksum


def test_labels_are_those_of_today(store) -> None:
    found = {1: [said(0, 0), said(8, 1, "TOOL")]}
    reader = "rules", frozenset({("X", "PART"), ("Y", "TOOL")})
    store.weak.add("pattern", found, labels=LABELS, patterns=[HUB, PUMP], reader=reader)
    store.relabel(("PIECE",), {"PART": "PIECE", "TOOL": None}, draft=lambda draft, _: draft)
    (one,) = store.weak.all()

    assert (HUB | {"label": "PIECE"}, None) == one.patterns
    assert {1: (said(0, 0, "PIECE"),)} == one.texts
    assert ("rules", frozenset({("X", "PIECE")})) == one.reader


def test_a_pattern_taken_back_is_gone_with_its_spans_and_the_others_keep_their_numbers(store) -> None:
    store.weak.add("pattern", {1: [said(0, 0), said(8, 1)], 2: [said(0, 0)]}, labels=LABELS, patterns=[HUB, RIM])
    store.weak.set_summary([WeakSummary("pattern", 2, 3, 0)])

    assert 1 == store.weak.take_back(lambda pattern: pattern == HUB)
    (one,) = store.weak.all()
    assert ((None, RIM), {1: (said(8, 1),)}) == (one.patterns, one.texts)
    assert [] == store.weak.summary()
    assert {"patterns": 1} == store.journal.latest(EventKind.WEAK_LABELS_TAKEN_BACK)


def test_taking_back_nothing_is_no_event(store) -> None:
    store.weak.add("pattern", {1: [said(0, 0)]}, labels=LABELS, patterns=[HUB])
    last = store.journal.last_seq()

    assert 0 == store.weak.take_back(lambda pattern: pattern == RIM)
    assert last == store.journal.last_seq()


def test_texts_with_weak_labels_and_their_groups_have_taught(store) -> None:
    store.weak.add("pattern", {1: [said(0, 0)], 8: []}, labels=LABELS, patterns=[HUB])

    assert ({1, 8}, {"g"}) == store.weak.taught()


def test_a_removed_batch_takes_its_weak_labels_along(store) -> None:
    report = store.corpus.add_batch([NewText("another hub")], source="more")
    (new,) = store.corpus.find(["another hub"]).values()
    store.weak.add("pattern", {1: [said(0, 0)], new: [said(8, 0)]}, labels=LABELS, patterns=[HUB])
    store.weak.set_summary([WeakSummary("pattern", 2, 2, 0)])
    store.corpus.remove_batch(report.batch)

    assert [{1}] == [{*one.texts} for one in store.weak.all()]
    assert [] == store.weak.summary()


@pytest.mark.parametrize(
    ("column", "left"),
    [("weak_texts SET spans", {2}), ("weak_labels SET patterns", None)],
)
@pytest.mark.parametrize("damaged", ["[[0", "7", "[7]", '[{"no": 1}]'])
def test_rows_that_cannot_be_read_are_lost_in_salvage_and_no_others(
    store, tmp_path: Path, column: str, left: set[int] | None, damaged: str
) -> None:
    store.weak.add("pattern", {1: [said(0, 0)], 2: [said(0, 0)]}, labels=LABELS, patterns=[HUB])
    store.weak.add("file", {3: [said(0)]}, labels=LABELS)
    first = store.weak.all()[0].seq
    with closing(sqlite3.connect(store.path)) as connection, connection:
        only = " AND text_id = 1" if "texts" in column else ""
        connection.execute(f"UPDATE {column} = ? WHERE seq = ?{only}", [damaged, first])
    salvage(store.path, tmp_path / "saved.db")
    with Store(tmp_path / "saved.db") as saved:
        assert [{3}] == [{*one.texts} for one in saved.weak.all() if one.source == "file"]
        assert ([] if left is None else [left]) == [{*one.texts} for one in saved.weak.all() if one.source == "pattern"]


def test_the_doctor_removes_weak_labels_of_texts_that_are_gone(store) -> None:
    store.weak.add("pattern", {1: [said(0, 0)], 2: [said(0, 0)]}, labels=LABELS, patterns=[HUB])
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("DELETE FROM texts WHERE id = 1")
    (problem,) = store.problems()
    store.repair(problem)

    assert [] == list(store.problems())
    assert [{2}] == [{*one.texts} for one in store.weak.all()]


def test_how_sources_fare_comes_back_as_it_was_given(store) -> None:
    fared = [WeakSummary("pattern", 2, 3, 5, agreed=2, denied=4, doubted={"hub": (0, 3), "rim": (1, 2)})]
    store.weak.set_summary(fared)

    assert fared == store.weak.summary()


def test_suggestions_for_known_texts_are_an_event_and_none_of_the_others_is(store) -> None:
    row = NewText("hub and rim 1", suggested=(Span(0, 3, "PART"),))
    store.corpus.add_batch([row], source="file")
    store.corpus.add_batch([row], source="file")

    assert [{"texts": 1}] == [payload for _, _, payload in store.journal.events(kind=EventKind.SUGGESTED)]
