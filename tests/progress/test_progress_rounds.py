from __future__ import annotations

from dataclasses import replace

import pytest
from evaluated_project import BRAND, HELD, PART, add_round, fill

from loop.progress.held_out_gold import gold_texts
from loop.progress.rounds import changes, together

LABELS = ("PART", "BRAND")


@pytest.fixture
def labelled(with_settings):
    return with_settings("project", labels=LABELS)


def test_rounds_are_compared_on_the_texts_that_all_of_them_have_read(paths, labelled, store):
    held = fill(store)
    add_round(store, 1, dict.fromkeys(held[:20], ()))  # pruned before the others were answered
    add_round(store, 2, dict.fromkeys(held[2:], ()))
    add_round(store, 3, dict.fromkeys(held, (PART,)))
    found = together(store, gold_texts(store, labelled, paths), LABELS)

    assert found
    assert [2, 3] == [info.number for info in found.rounds]
    assert set(held[2:]) == {one.gold.text for one in found.texts}
    assert [[0, 0, 38], [38, 38, 38]] == found.table[:, :, 0, :3].sum(axis=0).tolist()


def test_texts_of_a_group_are_one_unit(paths, labelled, store):
    held = fill(store, group_of=4)
    add_round(store, 1, dict.fromkeys(held, ()))
    found = together(store, gold_texts(store, labelled, paths), LABELS)

    assert found
    assert HELD / 4 == len(found.table)


def test_the_change_of_a_label_is_since_ten_rounds_before(paths, labelled, store):
    held = fill(store)
    for number in range(1, 13):
        right = held[:20] if number <= 2 else held
        add_round(store, number, dict.fromkeys(held, ()) | dict.fromkeys(right, (PART, BRAND)))
    found = together(store, gold_texts(store, labelled, paths), LABELS)

    assert found
    change = changes(found)["PART"]
    assert (2, pytest.approx(200 / 3), 100.0) == (change.since, change.before, change.now)
    assert change.interval[0] < 100 - 200 / 3 < change.interval[1]


def test_there_is_no_change_before_the_eleventh_round_and_nothing_without_a_round(paths, labelled, store):
    held = fill(store)
    gold = gold_texts(store, labelled, paths)
    assert together(store, gold, LABELS) is None
    add_round(store, 1, dict.fromkeys(held, ()))

    found = together(store, gold, LABELS)
    assert found
    assert {} == changes(found)


def test_a_label_counts_only_in_texts_that_were_asked_about_it(paths, labelled, store):
    held = fill(store)
    more = (*LABELS, "FAULT")
    settings = replace(labelled, project=replace(labelled.project, labels=more))
    add_round(store, 1, dict.fromkeys(held, (PART, BRAND)))
    found = together(store, gold_texts(store, settings, paths), more)

    assert found
    assert LABELS == found.labels
