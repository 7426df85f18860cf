from __future__ import annotations

import pytest
from editing_pages import LABELS, page
from hypothesis import given
from hypothesis import strategies as st

from loop.editing import Difference, Intent, State, Version, begin, compared, keymap, possible, press, undecided
from loop.errors import SettingsError
from loop.records import TokenSpan

KEYS = keymap(LABELS, versions=3)
TEXT = "my SRAM Rival hub and rim"
SRAM, RIVAL = TokenSpan(1, 2, "BRAND"), TokenSpan(1, 3, "BRAND")
HUB, RIM = TokenSpan(3, 4, "PART"), TokenSpan(5, 6, "PART")
VERSIONS = (
    Version("alice", "", (SRAM, HUB, RIM)),
    Version("bob", "", (RIVAL, HUB)),
    Version("carol", "skipped it", None),
)
DIFFERENCES = (Difference(1, 3, ((SRAM,), (RIVAL,), None)), Difference(5, 6, ((RIM,), (), None)))


def review(versions=VERSIONS, differences=DIFFERENCES, agreed=(HUB,)) -> State:
    return begin(compared(page(TEXT, *agreed), versions, differences))


def pressed(keys: str, state: State | None = None) -> State:
    state = state or review()
    for key in keys.split():
        state = press(state, key, KEYS)
    return state


def test_a_decision_begins_with_what_the_versions_agree_on() -> None:
    assert ((HUB,), [*DIFFERENCES]) == (review().marks, undecided(review()))


@pytest.mark.parametrize(("key", "marks"), [("1", (SRAM, HUB, RIM)), ("2", (RIVAL, HUB))])
def test_a_number_takes_a_whole_version_and_decides_all_its_differences(key: str, marks: tuple[TokenSpan, ...]) -> None:
    state = pressed(key)

    assert (marks, []) == (state.marks, undecided(state))
    assert Intent("answer") == pressed("enter", state).intent


def test_a_version_taken_whole_replaces_what_was_taken_or_marked_before() -> None:
    assert (RIVAL, HUB) == pressed("1 2").marks
    assert (RIVAL, HUB) == pressed("end P home 2").marks
    assert (SRAM, HUB, RIM) == pressed("2 1 2 1").marks


def test_tab_goes_from_difference_to_difference_and_around() -> None:
    assert [1, 5, 1] == [pressed(keys).cursor for keys in ("tab", "tab tab", "tab tab tab")]
    assert [5, 1] == [pressed(keys).cursor for keys in ("s-tab", "s-tab s-tab")]


def test_on_a_difference_a_number_takes_a_version_there_alone_and_goes_on() -> None:
    state = pressed("tab 2")

    assert ((RIVAL, HUB), [DIFFERENCES[1]], 5) == (state.marks, undecided(state), state.cursor)
    assert "Taken from bob. 1 difference left." == state.message
    assert ((RIVAL, HUB, RIM), []) == ((after := pressed("1", state)).marks, undecided(after))
    assert "Taken from bob. All is decided: Enter stores it." == pressed("2", state).message


def test_taking_is_undone_as_one_edit() -> None:
    assert ((HUB,), [*DIFFERENCES]) == ((state := pressed("tab 2 u")).marks, undecided(state))
    assert (HUB,) == pressed("1 u").marks


def test_with_something_undecided_enter_stores_nothing_and_goes_there() -> None:
    state = pressed("tab 2 home enter")

    assert (None, 5) == (state.intent, state.cursor)
    ways = "take a version (1 2 3), mark words, or say that nothing is there (,)"
    assert f"A difference is not decided: {ways}." == state.message
    assert pressed("enter").message.startswith("2 differences are not decided")


def test_a_label_or_a_deletion_decides_a_difference_as_well() -> None:
    marked, deleted, emptied = (pressed(f"tab tab {key}") for key in "Bd,")

    assert [DIFFERENCES[0]] == undecided(marked) == undecided(deleted) == undecided(emptied)
    assert (TokenSpan(5, 6, "BRAND") in marked.marks, (HUB,), (HUB,)) == (True, deleted.marks, emptied.marks)


def test_nothing_empties_a_whole_difference_whatever_was_taken_there() -> None:
    split = (Difference(1, 3, ((SRAM, TokenSpan(2, 3, "PART")), (RIVAL,), None)), DIFFERENCES[1])
    state = pressed("tab 1 s-tab ,", review(differences=split))

    assert ((HUB,), [DIFFERENCES[1]]) == (state.marks, undecided(state))
    assert "No difference here: Tab goes to the next one." == pressed(",").message


def test_what_versions_agree_on_can_be_changed_too() -> None:
    state = pressed("1 right right right d")

    assert (SRAM, RIM) == state.marks


def test_a_decision_for_nothing_is_stored_with_enter_too() -> None:
    state = review((Version("alice", "", (RIM,)), Version("bob", "", ())), (Difference(5, 6, ((RIM,), ())),), ())

    assert (Intent("answer"), ()) == ((after := pressed("2 enter", state)).intent, after.marks)


def test_where_all_agree_enter_stores_at_once_even_nothing() -> None:
    assert Intent("answer") == pressed("enter", review((Version("alice, bob", "", ()),), (), ())).intent


def test_there_is_nothing_to_take_from_who_skipped_or_was_not_asked() -> None:
    asked = (*VERSIONS[:2], Version("carol", "", (HUB,)))

    assert "carol skipped it: there is nothing to take." == pressed("3").message
    assert "carol was not asked about this." == pressed("tab 3", review(asked)).message
    assert [*DIFFERENCES] == undecided(pressed("3", review(asked)))


def test_a_version_of_a_label_fewer_leaves_the_other_differences_open() -> None:
    brands = (*VERSIONS[:2], Version("carol", "", (SRAM,)))
    differences = (Difference(1, 3, ((SRAM,), (RIVAL,), (SRAM,))), DIFFERENCES[1])
    state = pressed("3", review(brands, differences))

    assert ((SRAM, HUB), [differences[1]]) == (state.marks, undecided(state))
    assert "Taken all from carol. 1 difference left." == state.message


def test_s_leaves_the_text_undecided() -> None:
    assert Intent("onward") == pressed("s").intent == pressed("space").intent


@pytest.mark.parametrize("key", ["x", "n", ")", "(", "r", "R", "c-o", "c-f", "c-t", "c-n"])
def test_what_only_other_sessions_have_is_refused_with_what_there_is(key: str) -> None:
    state = pressed(key)

    assert (None, (HUB,)) == (state.intent, state.marks)
    assert "This is not part of a review: Enter stores your decision, s leaves the text undecided." == state.message


def test_a_note_for_the_guidelines_is_typed_and_asked_for() -> None:
    assert Intent("note", note="one name") == pressed("; o n e space n a m e enter").intent
    assert None is pressed("; enter").intent
    assert Intent("retract") == pressed("-").intent


def test_digits_take_versions_and_labels_keep_their_letters() -> None:
    assert ({}, {"BRAND": "B", "PART": "P"}) == (KEYS.digits, KEYS.letters)
    assert "take_3" in possible(review())
    assert "take_3" not in possible(review(VERSIONS[:2], (Difference(1, 3, ((SRAM,), (RIVAL,))),)))
    assert not {"unusable", "mode", "widen"} & {*possible(review()), *(one.name for one in KEYS.table)}


def test_a_key_that_somebody_gave_to_another_command_is_not_taken_from_it_by_a_review() -> None:
    keys = keymap(LABELS, {"flag": [";"], "none": ["1"], "take_1": ["f2"]}, versions=2)

    assert ("flag", "none", "take_1", "take_2") == tuple(keys.commands[key] for key in (";", "1", "f2", "2"))
    assert () == keys.keys["note"]


def test_a_command_of_a_review_may_be_remapped_for_all_sessions_but_not_to_a_key_in_use() -> None:
    assert "f3" not in keymap(LABELS, {"note": ["f3"]}).commands
    with pytest.raises(SettingsError, match="bound to both"):
        keymap(LABELS, {"note": ["d"]}, versions=2)


presses = st.lists(
    st.sampled_from([*(key for one in KEYS.table for key in one.keys), "B", "P", "escape", "§", "9"]), max_size=20
)


@given(presses)
def test_whatever_is_pressed_the_marks_stay_valid_and_nothing_undecided_is_stored(keys: list[str]) -> None:
    state = review()
    for key in keys:
        state = press(state, key, KEYS)
        assert all(one.end <= other.start for one, other in zip(state.marks, state.marks[1:], strict=False))
        assert {*state.now.touched} <= {*state.marks}
        if state.intent and state.intent.kind == "answer":
            assert [] == undecided(state)
