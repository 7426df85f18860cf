from __future__ import annotations

from dataclasses import replace

import pytest
from editing_pages import page, start

from loop.editing import State, begin, keymap, press
from loop.editing.prompts import names

MANY = tuple(
    f"{a}_{b}" for a in ("FRAME", "WHEEL", "BRAKE", "GEAR") for b in ("PART", "BRAND", "TOOL", "SIZE", "MODEL")
)
KEYS = keymap(MANY)


def typed(*keys: str) -> State:
    state = begin(replace(page("my Canyon"), labels=MANY))
    for key in keys:
        state = press(state, key, KEYS)
    return state


def test_a_part_of_its_name_labels_among_many() -> None:
    state = typed("right", ":", *"rt", "enter")

    assert ["FRAME_PART"] == [m.label for m in state.marks]


def test_letters_in_order_find_a_label() -> None:
    assert "GEAR_MODEL" == names(MANY, "gmd")[0]


def test_the_beginning_of_a_name_comes_before_its_middle() -> None:
    assert "BRAKE_PART" == names(MANY, "br")[0]


def test_a_whole_name_comes_before_longer_ones() -> None:
    assert "PART" == names(("PARTNER", "PART"), "part")[0]


def test_tab_chooses_the_next_name() -> None:
    state = typed(":", *"wheel", "tab", "s-tab", "down", "enter")

    assert ["WHEEL_BRAND"] == [m.label for m in state.marks]


def test_a_name_that_does_not_exist_is_said() -> None:
    state = typed(":", *"zzz", "enter")

    assert ("name", "No label matches “zzz”.") == (state.stance, state.message)


@pytest.mark.parametrize("opening", [":", "/", "m"])
def test_backspace_deletes_a_letter_and_then_leaves(opening: str) -> None:
    assert "" == typed(opening, "a", "backspace").typed
    assert "edit" == typed(opening, "a", "backspace", "backspace").stance


def test_commands_are_letters_while_typing() -> None:
    state = typed("m", *"qx0", "space", *"b", "enter")

    assert ("qx0 b", None) == (state.now.memo, state.intent)


def test_arrows_and_unknown_keys_do_nothing_while_typing() -> None:
    assert "a" == typed("m", "a", "left", "f5").typed


def test_labelling_by_name_closes_a_selection() -> None:
    state = typed("v", "right", ":", *"gear", "space", "backspace", "enter")

    assert [(0, 2, "GEAR_PART")] == [tuple(m) for m in state.marks]


def test_leaving_a_prompt_keeps_the_selection() -> None:
    assert "select" == typed("v", "right", ":", "escape").stance


def test_the_memo_opens_with_what_it_says() -> None:
    assert "hard" == typed("m", *"hard", "enter", "m").typed


def test_an_empty_text_has_no_word_to_name() -> None:
    state = start("")
    for key in (":", "enter"):
        state = press(state, key, keymap(state.page.labels))

    assert "This text has no word to label." == state.message
