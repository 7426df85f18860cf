from __future__ import annotations

from itertools import permutations

import pytest

from loop.store.events import EventKind
from loop.store.merging.event_log import Event, MergedEvent, merged_log
from loop.store.schema import metadata

# What a merge does with each table: a table that is added needs a decision, too.
MERGED = {"events", "batches", "texts", "schemes", "questions", "answers", "weak_labels", "weak_texts"}
OF_THIS_PROJECT = {"state", "queue", "drafts", "rounds", "predictions"}
# Kinds of events whose numbers are given again; of the others none is a number of this project.
NUMBERED = {
    EventKind.BATCH_ADDED,
    EventKind.BATCH_REMOVED,
    EventKind.IMPORTED,
    EventKind.LABELS,
    EventKind.TERM,
    EventKind.WEAK_LABEL_DROPPED,
}
LEFT_OUT = {EventKind.PINNED, EventKind.PRETRAINED}
AS_THEY_ARE = {
    EventKind.ANSWER,
    EventKind.CLOSING,
    EventKind.CURVE,
    EventKind.ERASED,
    EventKind.IMPORT_UNDONE,
    EventKind.LOOKED_AT,
    EventKind.MISTAKE_JUDGED,
    EventKind.RETIRED,
    EventKind.SETTINGS,
    EventKind.SUGGESTED,
    EventKind.WEAK_LABELS,
    EventKind.WEAK_LABELS_TAKEN_BACK,
}


def history(*events: tuple[str, int]) -> list[Event]:
    """Answers by id and time, numbered from 1."""
    return [
        Event(seq, "answer", {"answer": id_}, f"{at:04}", ("answer", id_, 0))
        for seq, (id_, at) in enumerate(events, start=1)
    ]


def ids(log: list[MergedEvent]) -> str:
    return "".join(one.event.key[1] for one in log)


A, B = ("x", 1), ("y", 2)


@pytest.mark.parametrize(
    ("mine", "theirs", "merged"),
    [
        ([], [], ""),
        ([A], [], "x"),
        ([A], [B], "xy"),
        ([B], [A], "xy"),
        ([("y", 1)], [("x", 1)], "xy"),  # at the same time
        ([A, B, ("a", 3), ("c", 5)], [A, B, ("b", 4)], "xyabc"),
        ([A, B, ("a", 5)], [A, B, ("b", 4), ("c", 6)], "xybac"),
        ([A, ("a", 9), ("b", 3)], [A, ("c", 4)], "xcab"),  # a clock that went back
        ([A, ("a", 3), B, ("c", 4)], [A, B, ("b", 3)], "xaybc"),  # merged before
        ([("a", 5), A], [B, A], "yax"),
    ],
)
def test_order_within_a_project_stays_and_between_two_it_is_time(mine, theirs, merged):
    log = merged_log(history(*mine), history(*theirs))

    assert merged == ids(log)
    assert merged == ids(merged_log(history(*theirs), history(*mine)))
    assert [*range(1, len(log) + 1)] == [one.seq for one in log]


@pytest.mark.parametrize("order", list(permutations("abc")))
def test_it_does_not_matter_which_of_three_projects_are_merged_first(order):
    logs = {"a": history(A, ("a", 3), ("d", 6)), "b": history(A, ("b", 4)), "c": history(A, ("c", 5), ("e", 7))}
    both = [one.event for one in merged_log(logs[order[0]], logs[order[1]])]

    assert "xabcde" == ids(merged_log(both, logs[order[2]]))


def test_where_two_projects_contradict_each_other_nothing_comes_twice_or_is_lost():
    one, other = history(("a", 1), ("b", 2), ("c", 3)), history(("b", 2), ("a", 1), ("d", 4))

    assert "abcd" == ids(merged_log(one, other)) == ids(merged_log(other, one))


def test_an_event_that_both_have_at_the_same_place_keeps_its_number():
    gap = [event for event in history(A, B, ("z", 3)) if event.key[1] != "y"]

    assert [1, 3] == [one.seq for one in merged_log(gap, gap)]


def test_pins_and_pretraining_stay_only_where_both_projects_have_them():
    pin = Event(2, EventKind.PINNED.value, {"round": 3}, "0002", ("hold", "0002", 0))

    assert "x" == ids(merged_log([*history(A), pin], history(A)))
    assert [1, 2] == [one.seq for one in merged_log([*history(A), pin], [*history(A), pin])]


def test_it_is_decided_what_becomes_of_every_table_and_every_kind_of_event():
    assert metadata.tables.keys() == MERGED | OF_THIS_PROJECT
    assert {*EventKind} == NUMBERED | LEFT_OUT | AS_THEY_ARE
