from __future__ import annotations

from dataclasses import replace

import pytest
from editing_pages import KEYS, pages, presses, start, type_keys
from hypothesis import given, settings
from hypothesis import strategies as st

from loop.editing import COMMANDS, Intent, Likely, Page, State, begin, press
from loop.records import TokenSpan

TEXT = "the SRAM Rival shifter of my Canyon rubs"
SRAM = TokenSpan(1, 2, "BRAND")
RIVAL = TokenSpan(2, 3, "PART")


def marked(state: State) -> list[tuple[str, str]]:
    return [(state.page.string(m.start, m.end), m.label) for m in state.marks]


def test_a_digit_labels_the_word_under_the_cursor() -> None:
    state = type_keys(start(TEXT), "right 1")

    assert [("SRAM", "BRAND")] == marked(state)


def test_an_uppercase_letter_labels_like_the_digit() -> None:
    state = type_keys(start(TEXT), "right P")

    assert [("SRAM", "PART")] == marked(state)


def test_a_label_key_on_a_span_relabels_the_whole_span() -> None:
    state = type_keys(start(TEXT, TokenSpan(1, 3, "BRAND")), "tab 2")

    assert [("SRAM Rival", "PART")] == marked(state)


def test_a_selection_is_closed_by_a_label() -> None:
    state = type_keys(start(TEXT), "right v right right 2")

    assert [("SRAM Rival shifter", "PART")] == marked(state)
    assert "edit" == state.stance


def test_enter_closes_a_selection_with_the_label_used_last() -> None:
    state = type_keys(start(TEXT), "2 right right v right enter")

    assert ("Rival shifter", "PART") in marked(state)
    assert state.intent is None


def test_a_selection_replaces_the_spans_it_overlaps() -> None:
    state = type_keys(start(TEXT, SRAM, RIVAL), "right v right right 2")

    assert [("SRAM Rival shifter", "PART")] == marked(state)


@pytest.mark.parametrize("key", ["u", "backspace", "escape", "c-c", "v"])
def test_a_selection_is_dropped_without_a_trace(key: str) -> None:
    state = type_keys(start(TEXT, SRAM), ["v", "right", key])

    assert [("SRAM", "BRAND")] == marked(state)
    assert ("edit", None, None) == (state.stance, state.anchor, state.intent)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("k", "SRAM Rival"),
        ("s-right", "SRAM Rival"),
        ("]", "SRAM Rival"),
        ("i", "the SRAM"),
        ("[", "the SRAM"),
        ("k k j", "SRAM Rival"),
        ("k k }", "SRAM Rival"),
        ("k s-left", "SRAM"),
        ("k o", "Rival"),
        ("i {", "SRAM"),
    ],
)
def test_both_edges_move_both_ways(keys: str, expected: str) -> None:
    state = type_keys(start(TEXT, SRAM), f"tab {keys}")

    assert [(expected, "BRAND")] == marked(state)


def test_a_growing_span_takes_its_neighbours_words_one_by_one() -> None:
    state = type_keys(start(TEXT, SRAM, TokenSpan(2, 4, "PART")), "tab k")

    assert [("SRAM Rival", "BRAND"), ("shifter", "PART")] == marked(state)
    assert [("SRAM Rival shifter", "BRAND")] == marked(type_keys(state, "k"))


def test_the_last_word_of_a_span_cannot_be_cut_off() -> None:
    state = type_keys(start(TEXT, SRAM), "tab j")

    assert [("SRAM", "BRAND")] == marked(state)
    assert "Only one word is left: d deletes the span." == state.message


def test_delete_takes_the_span_under_the_cursor() -> None:
    state = type_keys(start(TEXT, SRAM, RIVAL), "tab tab d")

    assert [("SRAM", "BRAND")] == marked(state)


@pytest.mark.parametrize("key", ["d", "k", "j", "i", "o", "e", "y"])
def test_an_edit_without_a_span_says_what_to_do(key: str) -> None:
    state = type_keys(start(TEXT), key)

    assert "No span here: Tab goes to the next one, v starts one." == state.message


def test_accepting_a_text_without_spans_is_refused() -> None:
    state = type_keys(start(TEXT), "enter")

    assert None is state.intent
    assert "No spans are marked: press 0 if the text has none." == state.message


def test_accepting_answers_with_what_stands_there() -> None:
    state = type_keys(start(TEXT, SRAM), "a")

    assert Intent("answer") == state.intent
    assert ((4, 8, "BRAND"),) == tuple((s.start, s.end, s.label) for s in state.spans)


def test_zero_answers_that_there_is_nothing() -> None:
    state = type_keys(start(TEXT, SRAM), "0")

    assert (Intent("answer"), ()) == (state.intent, state.spans)


@pytest.mark.parametrize(
    ("keys", "intent"),
    [
        ("x", Intent("answer", "unusable")),
        ("s u", Intent("answer", "skip", "unsure")),
        ("space n", Intent("answer", "skip", "not my field")),
        ("s b", Intent("answer", "skip", "bad text")),
        ("s s", Intent("answer", "skip")),
        ("b", Intent("reopen")),
        ("backspace", Intent("reopen")),
        (">", Intent("onward")),
        ("g", Intent("guidelines")),
        ("?", Intent("help")),
        ("q", Intent("quit")),
        ("c-c", Intent("quit")),
    ],
)
def test_what_leaves_the_editor_is_an_intent(keys: str, intent: Intent) -> None:
    state = type_keys(start(TEXT, SRAM), keys)

    assert intent == state.intent


def test_an_intent_is_gone_at_the_next_key() -> None:
    assert None is type_keys(start(TEXT, SRAM), "a right").intent


def test_a_skip_is_taken_back_by_any_other_key() -> None:
    state = type_keys(start(TEXT), "s right")

    assert (None, "edit", "Not skipped.") == (state.intent, state.stance, state.message)


def test_an_uppercase_letter_without_a_label_asks_about_caps_lock() -> None:
    assert "Caps Lock" in type_keys(start(TEXT), "X").message


def test_a_key_without_a_meaning_points_to_the_help() -> None:
    assert "§ is not bound to anything here: ? lists the keys." == type_keys(start(TEXT), "§").message


def test_a_candidate_in_focus_is_not_overlooked_by_a_hasty_enter() -> None:
    state = start(TEXT, SRAM, likely=(Likely(RIVAL, 0.4),))
    once = type_keys(state, "tab tab enter")

    assert None is once.intent
    assert "y marks it" in once.message
    assert Intent("answer") == type_keys(once, "enter").intent


CANDIDATES = {"home": TokenSpan(0, 1, "PART"), "right right": RIVAL, "end": TokenSpan(7, 8, "PART")}


@pytest.mark.parametrize("way", CANDIDATES)
@pytest.mark.parametrize(("key", "marked"), [("y", True), ("d", False), ("1", True), ("e", True), ("+", False)])
def test_keys_mean_the_candidate_under_the_cursor_however_it_got_there(way: str, key: str, marked: bool) -> None:
    candidate = CANDIDATES[way]
    state = type_keys(start(TEXT, likely=(Likely(candidate, 0.4),)), [*way.split(), key])

    assert "No span here" not in state.message
    assert marked == (candidate.start in {mark.start for mark in state.marks})
    assert (key == "d") == (state.now.blank == ((candidate.start, candidate.end),))


def test_a_label_key_gives_a_candidate_of_several_words_its_label_also_where_no_tab_led_to_it() -> None:
    state = type_keys(start(TEXT, likely=(Likely(TokenSpan(1, 3, "BRAND"), 0.4),)), "right right P")

    assert [("SRAM Rival", "PART")] == marked(state)
    assert [("SRAM Rival shifter", "PART")] == marked(type_keys(state, "u k P"))


def test_a_candidate_that_the_cursor_merely_stands_on_holds_no_enter_up() -> None:
    state = type_keys(start(TEXT, SRAM, likely=(Likely(RIVAL, 0.4),)), "right right enter")

    assert Intent("answer") == state.intent


def test_flag_and_memo_are_kept_and_undone_like_edits() -> None:
    state = type_keys(start(TEXT), ["f", "m", *"odd", "space", *"one", "enter"])
    state = type_keys(state, ["m", "backspace", "!", "enter"])

    assert (True, "odd on!") == (state.now.flag, state.now.memo)
    assert (True, "") == (type_keys(state, "u u").now.flag, type_keys(state, "u u").now.memo)


def test_every_command_of_the_table_does_something() -> None:
    for command in COMMANDS:
        state = start(TEXT, SRAM, RIVAL)
        after = [type_keys(replace(state, cursor=c, rest=False), command.keys[0]) for c in (1, 2)]

        assert any(
            replace(a, keys=0) != replace(state, cursor=c, rest=False) for a, c in zip(after, (1, 2), strict=True)
        )


def test_a_text_of_white_space_refuses_every_edit() -> None:
    state = start("    ")
    for command in COMMANDS:
        after = type_keys(state, command.keys[0])

        assert () == after.marks


def assert_valid(state: State) -> None:
    page, end = state.page, 0
    for mark in state.marks:
        assert end <= mark.start < mark.end <= len(page.tokens)
        assert mark == page.trim(mark)
        end = mark.end
    assert set(state.now.touched) <= set(state.marks)
    assert not page.words or state.cursor in page.places
    assert all(map(page.asks_about, state.marks))
    assert page.passage == state.now.passage


@settings(max_examples=400, deadline=None)
@given(pages(modes=True, passages=True), presses)
def test_whatever_is_pressed_the_marks_stay_whole_words_sorted_and_apart(page: Page, pressed: list[str]) -> None:
    state = begin(page)
    for key in pressed:
        state = press(state, key, KEYS)

        assert_valid(state)


@settings(max_examples=200, deadline=None)
@given(pages(modes=True, passages=True), presses, st.integers(1, 6))
def test_undo_then_redo_changes_nothing(page: Page, pressed: list[str], depth: int) -> None:
    state = type_keys(begin(page), [*pressed, "escape", "escape"])
    steps = min(depth, len(state.past))
    back = type_keys(state, ["u"] * steps)
    again = type_keys(back, ["z"] * steps)

    assert state.now == again.now
    assert (state.past, state.future) == (again.past, again.future)


@settings(max_examples=200, deadline=None)
@given(pages(passages=True), presses)
def test_what_was_decided_never_changes_by_itself(page: Page, pressed: list[str]) -> None:
    state = begin(page)
    for key in pressed:
        before, state = state, press(state, key, KEYS)
        if key in ("1", "2", "y", "d", "j", "k"):
            target = before.target
            own = [
                m for m in before.now.touched if target is None or m.end < target.start - 1 or target.end + 1 < m.start
            ]
            closes = before.stance != "edit"

            assert closes or set(own) <= set(state.marks)
