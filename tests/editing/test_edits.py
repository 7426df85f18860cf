from __future__ import annotations

from editing_pages import Opinions, start, type_keys

from loop.editing import Likely, act, left_out
from loop.records import TokenSpan

TEXT = "my Canyon and the other Canyon and a canyon bell"
FIRST = TokenSpan(1, 2, "BRAND")
SECOND = TokenSpan(5, 6, "BRAND")
THIRD = TokenSpan(8, 9, "BRAND")
BELL = TokenSpan(9, 10, "PART")
LONG = TokenSpan(8, 10, "PART")


def test_the_same_string_is_marked_everywhere_at_once() -> None:
    state = type_keys(start(TEXT, FIRST), "tab e")

    assert (FIRST, SECOND, THIRD) == state.marks
    assert "2 more marked as BRAND." == state.message
    assert (FIRST,) == type_keys(state, "u").marks


def test_the_same_string_leaves_alone_what_was_decided() -> None:
    state = type_keys(start(TEXT, FIRST, LONG), "tab tab y tab e")

    assert (FIRST, SECOND, LONG) == state.marks


def test_r_steps_through_the_analyses_of_the_text_and_back_to_the_first() -> None:
    model = Opinions([(FIRST,), (FIRST, SECOND), (LONG,)])
    state = start(TEXT, FIRST, suggester=model)
    shown = [type_keys(state, ["r"] * times).marks for times in range(4)]

    assert [(FIRST,), (FIRST, SECOND), (LONG,), (FIRST,)] == shown
    assert (LONG,) == type_keys(state, "R").marks
    assert "Prediction 2 of 3 for the text." == type_keys(state, "r").message


def test_stepping_through_the_analyses_goes_on_from_the_palette() -> None:
    stepped = type_keys(start(TEXT, FIRST, suggester=Opinions([(FIRST,), (FIRST, SECOND), (LONG,)])), "r c-p")

    assert "Prediction 3 of 3 for the text." == act(stepped, "next_analysis").message


def test_steps_through_analyses_are_one_edit() -> None:
    state = type_keys(start(TEXT, FIRST, suggester=Opinions([(FIRST,), (SECOND,), (LONG,)])), "r r u")

    assert (FIRST,) == state.marks
    assert () == state.past


def test_r_on_a_span_steps_through_what_else_may_be_there() -> None:
    likely = (Likely(LONG, 0.6), Likely(BELL, 0.3), Likely(SECOND, 0.2))
    state = type_keys(start(TEXT, FIRST, LONG, likely=likely), "s-tab r")

    assert (FIRST, BELL) == state.marks
    assert (FIRST, LONG) == type_keys(state, "r").marks


def test_without_a_model_r_says_so() -> None:
    assert "The model has no other prediction here." == type_keys(start(TEXT, FIRST), "r").message


def test_what_is_undecided_is_read_anew_after_an_edit() -> None:
    model = Opinions([(FIRST, LONG), (FIRST, SECOND, THIRD), (SECOND, BELL)])
    state = type_keys(start(TEXT, FIRST, LONG, suggester=model), [*["right"] * 5, "1"])

    assert (FIRST, SECOND, THIRD) == state.marks
    assert (FIRST, THIRD) == state.marks[::2]
    assert (THIRD,) == state.now.moved


def test_a_pattern_hit_is_not_taken_back_by_the_model() -> None:
    model = Opinions([(FIRST,), (FIRST, SECOND)])
    matches = (Likely(LONG, None),)
    state = type_keys(start(TEXT, FIRST, LONG, likely=matches, suggester=model), [*["right"] * 5, "1"])

    assert (FIRST, SECOND, LONG) == state.marks
    assert (FIRST,) == type_keys(start(TEXT, FIRST, LONG, likely=matches, suggester=model), "s-tab d").marks


def test_what_a_file_or_a_pattern_suggests_stays_also_where_the_model_has_it_too() -> None:
    model = Opinions([(FIRST, LONG), (FIRST, SECOND)], [Likely(LONG, 0.6)])
    state = type_keys(start(TEXT, FIRST, LONG, elsewhere=(LONG,), suggester=model), [*["right"] * 5, "1"])

    assert (FIRST, SECOND, LONG) == state.marks
    assert ((), ()) == (state.now.moved, state.now.gone)


def test_what_the_model_did_not_read_it_cannot_take_back() -> None:
    state = type_keys(start(TEXT, FIRST, LONG, suggester=Opinions([(FIRST,)])), "tab y")

    assert (FIRST, LONG) == state.marks


def test_what_the_model_takes_back_is_marked_as_gone_can_be_taken_again_and_is_said() -> None:
    model = Opinions([(FIRST, LONG), (FIRST, SECOND)], [Likely(LONG, 0.05)])
    state = type_keys(start(TEXT, FIRST, LONG, suggester=model), [*["right"] * 5, "1"])

    assert (FIRST, SECOND) == state.marks
    assert ((LONG,), [Likely(LONG, 0.05)]) == (state.now.gone, list(left_out(state)))
    assert "“Canyon” is BRAND. The model changed the rest: 1 gone." == state.message
    assert (FIRST, SECOND, LONG) == type_keys(state, "tab y").marks
    assert () == type_keys(state, "tab y").now.gone


def test_what_the_model_replaces_is_marked_as_new() -> None:
    model = Opinions([(FIRST, LONG), (FIRST, SECOND, THIRD)])
    state = type_keys(start(TEXT, FIRST, LONG, suggester=model), [*["right"] * 5, "1"])

    assert ((THIRD,), ()) == (state.now.moved, state.now.gone)
    assert state.message.endswith("The model changed the rest: 1 new.")


def test_a_span_with_white_space_at_its_edge_stays_as_it_was_shown() -> None:
    spaced = TokenSpan(1, 3, "PART")
    state = start("a  SRAM b", TokenSpan(2, 3, "PART"), suggester=Opinions([(spaced,)]))

    assert (TokenSpan(0, 1, "BRAND"), TokenSpan(2, 3, "PART")) == type_keys(state, "1").marks


def test_what_was_deleted_does_not_come_back_by_itself() -> None:
    model = Opinions([(FIRST, LONG), (FIRST, BELL), (FIRST,)])
    state = type_keys(start(TEXT, FIRST, LONG, suggester=model), "s-tab d")

    assert (FIRST,) == state.marks


def test_a_model_that_cannot_follow_changes_nothing() -> None:
    state = type_keys(start(TEXT, FIRST, suggester=Opinions([(FIRST,)])), "end 2")

    assert (FIRST, TokenSpan(9, 10, "PART")) == state.marks


def test_undo_brings_the_cursor_back_too() -> None:
    state = type_keys(start(TEXT, FIRST), "tab d end u")

    assert ((FIRST,), 1) == (state.marks, state.cursor)
    assert () == type_keys(state, "z").marks


def test_nothing_to_undo_points_to_the_previous_answer() -> None:
    assert "b reopens the previous answer" in type_keys(start(TEXT), "u").message
    assert "Nothing to redo." == type_keys(start(TEXT), "z").message


def test_confirming_a_candidate_marks_it() -> None:
    state = type_keys(start(TEXT, likely=(Likely(SECOND, 0.5),)), "tab y")

    assert (SECOND,) == state.marks
    assert (SECOND,) == state.now.touched


def test_an_edge_key_on_a_candidate_takes_it_with_its_edge_moved() -> None:
    state = type_keys(start(TEXT, likely=(Likely(THIRD, 0.5),)), "tab k")

    assert (TokenSpan(8, 10, "BRAND"),) == state.marks
