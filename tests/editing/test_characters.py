from __future__ import annotations

import pytest
from editing_pages import start, type_keys
from hypothesis import given
from hypothesis import strategies as st

from loop.editing import keymap, press
from loop.editing.characters import selected_range
from loop.records import TokenSpan

TEXT = "re-cabled  the SRAMshifter"


def test_letters_are_widened_to_words_and_it_is_said() -> None:
    state = type_keys(start(TEXT), "end c v right right right 1")

    assert (TokenSpan(3, 4, "BRAND"),) == state.marks
    assert "The model learns whole words: “SRAM” was widened to “SRAMshifter”, which is BRAND." == state.message


def test_letters_that_are_a_word_are_just_marked() -> None:
    state = type_keys(start(TEXT), "right c v right right enter")

    assert ((TokenSpan(2, 3, "BRAND"),), "“the” is BRAND.") == (state.marks, state.message)


def test_the_letters_chosen_are_known_before_they_are_widened() -> None:
    state = type_keys(start(TEXT), "c right right v right")

    assert (2, 4) == selected_range(state)
    assert ("chars", ()) == (state.stance, state.marks)


@pytest.mark.parametrize("key", ["u", "escape", "backspace", "c-c", "c"])
def test_character_mode_is_left_without_a_trace(key: str) -> None:
    state = type_keys(start(TEXT), ["c", "v", "right", key])

    assert ("edit", (), None) == (state.stance, state.marks, state.intent)


def test_white_space_alone_is_refused() -> None:
    state = type_keys(start(TEXT), "c v " + "right " * 9 + "v right 1")

    assert ("The selection contains no word.", ()) == (state.message, state.marks)


@given(st.lists(st.sampled_from(["left", "right", "home", "end", "v", "x"]), max_size=12))
def test_the_cursor_stays_in_the_text(keys: list[str]) -> None:
    state = type_keys(start(TEXT), ["c", *keys])

    assert 0 <= state.char < len(TEXT)
    assert state.cursor in state.page.words


def test_the_keys_of_loop_cfg_are_in_force_among_letters_too() -> None:
    keys = keymap(("BRAND", "PART"), {"select": ["F"], "right": ["."], "undo": ["f2"], "everywhere": ["v"]})
    state = start(TEXT)
    for key in ("c", ".", ".", "F", ".", "v"):
        state = press(state, key, keys)

    assert "Letter by letter: F starts, ← . move, then a label or Enter; f2 cancels." == state.message
    assert (2, 4) == selected_range(state)
    assert "edit" == press(state, "f2", keys).stance
