from __future__ import annotations

import json
from dataclasses import replace

import pytest
from editing_pages import Opinions, page, type_keys
from hypothesis import given, settings
from hypothesis import strategies as st

from loop.editing import begin, from_draft, to_draft
from loop.records import TokenSpan

PAGE = page("the SRAM Rival shifter of my Canyon", TokenSpan(1, 2, "BRAND"), TokenSpan(2, 3, "PART"))
KEYS = ["tab", "right", "1", "2", "d", "k", "i", "u", "z", "f", "e", "v"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(KEYS), max_size=30))
def test_a_draft_brings_everything_back(pressed: list[str]) -> None:
    state = type_keys(begin(PAGE), [*pressed, "escape"])
    back = from_draft(PAGE, to_draft(state))

    assert replace(state, message="", intent=None, focus=None, cycle=None) == back


def test_time_and_keys_go_on_where_they_were() -> None:
    state = replace(type_keys(begin(PAGE), "right 1"), seconds=12.34)
    back = from_draft(PAGE, to_draft(state))

    assert back is not None
    assert (12.3, 2, "BRAND") == (back.seconds, back.keys, back.active)


def test_a_draft_holds_no_text() -> None:
    assert "SRAM" not in to_draft(type_keys(begin(PAGE), "right 1"))


def test_what_the_model_took_back_is_still_marked_in_a_draft() -> None:
    mark = PAGE.shown[1]
    model = Opinions([PAGE.shown, PAGE.shown[:1]])
    state = replace(type_keys(begin(replace(PAGE, suggester=model)), "end 1 u z"), message="")
    gone = replace(state, now=replace(state.now, gone=(mark,)))

    assert gone == from_draft(state.page, to_draft(gone))


def test_a_draft_of_a_release_that_did_not_tell_what_is_gone_is_read() -> None:
    state = replace(type_keys(begin(PAGE), "right 1"), message="")
    entries = json.loads(to_draft(state))
    for entry in (*entries["past"], *entries["now"]):
        del entry["gone"]

    assert state == from_draft(PAGE, json.dumps(entries))


@pytest.mark.parametrize("broken", ["", "{}", "[]", "null", "not json", '{"version": 1}'])
def test_what_is_not_a_draft_is_ignored(broken: str) -> None:
    assert None is from_draft(PAGE, broken)


def test_a_draft_of_another_text_or_other_labels_is_ignored() -> None:
    draft = to_draft(type_keys(begin(PAGE), "right 1"))

    assert None is from_draft(page("another text"), draft)
    assert None is from_draft(replace(PAGE, labels=("PART",)), draft)
    assert None is from_draft(PAGE, json.dumps(json.loads(draft) | {"version": 0}))


def test_a_long_history_stays_small() -> None:
    long = page("word " * 400, *(TokenSpan(i, i + 1, "PART") for i in range(0, 400, 4)))
    state = type_keys(begin(long), ["tab", "d", "u", "tab", "1"] * 40)

    assert len(to_draft(state)) < 100_000
