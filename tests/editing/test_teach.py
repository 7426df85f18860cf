from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from editing_pages import KEYS, LABELS, Opinions, page, pages, presses, type_keys
from hypothesis import given, settings
from hypothesis import strategies as st

from loop.editing import Intent, Likely, Page, State, begin, from_draft, mode_of, page_of, resume, to_draft
from loop.editing.marks import Aids
from loop.records import Candidate, Question, Span, Text, TokenSpan

TEXT = "the SRAM Rival shifter of my Canyon rubs"
SRAM, RIVAL = Span(4, 8, "BRAND"), Span(9, 14, "PART")
TOKENS = page(TEXT).tokens
QUESTION = Question("q", Text(1, TEXT), TOKENS, (SRAM, RIVAL), (Candidate(SRAM, 0.93), Candidate(RIVAL, 0.55)))


def asked(keys: str = "") -> State:
    return type_keys(begin(page_of(QUESTION, LABELS, mode="teach")), keys)


def test_only_the_most_uncertain_span_is_shown_and_the_cursor_is_on_it() -> None:
    state = asked()

    assert ((RIVAL,), 2, False) == (state.spans, state.cursor, state.rest)


@pytest.mark.parametrize("key", ["a", "enter", "y"])
def test_yes_answers_with_the_span(key: str) -> None:
    state = asked(key)

    assert (Intent("answer"), (RIVAL,)) == (state.intent, state.spans)


@pytest.mark.parametrize("key", ["n", "x"])
def test_no_rejects_it(key: str) -> None:
    assert Intent("answer", "reject") == asked(key).intent


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("k", Span(9, 22, "PART")),
        ("i", Span(4, 14, "PART")),
        ("k k j", Span(9, 22, "PART")),
        ("i o", RIVAL),
        ("1", Span(9, 14, "BRAND")),
        ("B", Span(9, 14, "BRAND")),
        (": b r enter", Span(9, 14, "BRAND")),
        ("left left 1 k", Span(9, 22, "BRAND")),
        ("k u z", Span(9, 22, "PART")),
    ],
)
def test_the_span_is_put_right_in_place_wherever_the_cursor_is(keys: str, expected: Span) -> None:
    assert (expected,) == asked(keys).spans


@pytest.mark.parametrize("key", ["0", "v", "d", "e", "c"])
def test_what_is_for_whole_texts_is_refused(key: str) -> None:
    state = asked(key)

    assert ((RIVAL,), None, "edit") == (state.spans, state.intent, state.stance)
    assert "This asks about one span" in state.message


def test_find_only_moves() -> None:
    state = asked("/ R u b s enter")

    assert ("edit", 7, (RIVAL,)) == (state.stance, state.cursor, state.spans)


def test_skip_flag_and_memo_are_as_in_the_other_modes() -> None:
    state = asked("f m o d d enter s u")

    assert (True, "odd", Intent("answer", "skip", "unsure")) == (state.now.flag, state.now.memo, state.intent)


def test_where_nothing_is_uncertain_the_whole_text_is_asked_about() -> None:
    assert "correct" == page_of(replace(QUESTION, candidates=()), LABELS, mode="teach").mode


def doubt(p: float | None, **more: Any) -> Question:
    """The question with `SRAM` at this probability, and nothing suggested."""
    return replace(QUESTION, prediction=(), candidates=(Candidate(SRAM, p, **more),))


@pytest.mark.parametrize(("p", "mode"), [(0.03, "correct"), (0.149, "correct"), (0.15, "teach"), (0.99, "teach")])
def test_a_span_that_is_hardly_an_entity_is_not_asked_about(p: float, mode: str) -> None:
    assert mode == page_of(doubt(p), LABELS, mode="teach").mode


@pytest.mark.parametrize(
    "question",
    [doubt(None, source="pattern"), doubt(0.03, source="file"), replace(doubt(0.03), prediction=(SRAM,))],
    ids=["a match before any model", "from a file", "in the best analysis"],
)
def test_a_span_that_was_suggested_is_asked_about_however_improbable(question: Question) -> None:
    page = page_of(question, LABELS, mode="teach")

    assert ("teach", (SRAM,)) == (page.mode, page.spans(page.shown))


def test_the_session_label_comes_first_but_not_with_a_span_that_is_hardly_an_entity() -> None:
    unlikely = replace(QUESTION, prediction=(), candidates=(Candidate(SRAM, 0.03), Candidate(RIVAL, 0.9)))
    asked = [page_of(question, LABELS, mode="teach", label="BRAND") for question in (QUESTION, unlikely)]

    assert [(SRAM,), (RIVAL,)] == [page.spans(page.shown) for page in asked]


def test_an_answered_span_opens_again_however_improbable_it_was() -> None:
    page = page_of(doubt(0.03), LABELS, mode="teach", asked_before=(SRAM,))

    assert ("teach", (SRAM,)) == (page.mode, page.spans(page.shown))


def test_a_label_that_is_no_longer_in_force_is_not_asked_about() -> None:
    shown = page_of(QUESTION, ["BRAND"], mode="teach")

    assert (SRAM,) == shown.spans(shown.shown)


def test_an_answer_comes_back_with_its_span_and_a_no_with_the_one_shown() -> None:
    shown = page_of(QUESTION, LABELS, mode="teach")

    assert (SRAM,) == resume(shown, [SRAM]).spans
    assert (RIVAL,) == resume(shown, ()).spans


def test_a_draft_knows_its_mode_and_is_not_taken_for_another() -> None:
    draft = to_draft(asked("k"))

    assert "teach" == mode_of(draft)
    assert None is from_draft(page_of(QUESTION, LABELS), draft)
    assert None is not from_draft(page_of(QUESTION, LABELS, mode="teach"), draft)


@pytest.mark.parametrize("draft", ["", "[]", "{}", '{"mode": "odd"}'])
def test_a_draft_without_a_mode_was_begun_in_correct_mode(draft: str) -> None:
    assert "correct" == mode_of(draft)


def one_span(shown: Page) -> Page:
    """The page as teach mode shows it: its first mark alone."""
    return replace(shown, mode="teach", shown=shown.shown[:1], aids=Aids(candidates=False, redeciding=False))


@settings(max_examples=300, deadline=None)
@given(pages().filter(lambda shown: shown.shown), presses)
def test_whatever_is_pressed_there_is_exactly_one_valid_span(shown: Page, pressed: list[str]) -> None:
    state = begin(one_span(shown))
    for key in pressed:
        state = type_keys(state, [key])

        assert [state.page.trim(mark) for mark in state.marks] == list(state.marks)
        assert 1 == len(state.marks)


@settings(max_examples=150, deadline=None)
@given(pages().filter(lambda shown: shown.shown), presses)
def test_undo_then_redo_changes_nothing(shown: Page, pressed: list[str]) -> None:
    state = type_keys(begin(one_span(shown)), [*pressed, "escape", "escape"])
    steps = len(state.past)
    again = type_keys(state, ["u"] * steps + ["z"] * steps)

    assert (state.now, state.past, state.future) == (again.now, again.past, again.future)


@given(st.data())
def test_every_span_is_reached_from_every_other(data: st.DataObject) -> None:
    words = len(TOKENS)
    first = data.draw(st.integers(0, words - 1))
    last = data.draw(st.integers(first, words - 1))
    goal = TokenSpan(first, last + 1, data.draw(st.sampled_from(LABELS)))
    state = asked()
    mark = state.marks[0]
    grow = ["i"] * max(0, mark.start - goal.start) + ["k"] * max(0, goal.end - mark.end)
    shrink = ["o"] * max(0, goal.start - mark.start) + ["j"] * max(0, mark.end - goal.end)
    state = type_keys(state, [*grow, *shrink, str(1 + LABELS.index(goal.label))])

    assert (goal,) == state.marks


def test_other_analyses_of_the_span_are_stepped_through() -> None:
    likely = (Likely(TokenSpan(2, 3, "PART"), 0.5), Likely(TokenSpan(1, 3, "BRAND"), 0.3))
    shown = one_span(page(TEXT, TokenSpan(2, 3, "PART"), likely=likely, suggester=Opinions([])))
    state = type_keys(begin(shown), "r")

    assert (TokenSpan(1, 3, "BRAND"),) == state.marks
    assert KEYS.first("next_analysis") == "r"
