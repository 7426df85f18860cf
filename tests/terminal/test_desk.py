from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from terminal_project import question

from loop.editing import keymap
from loop.errors import StoreError
from loop.records import Focus, TokenSpan
from loop.session import Session
from loop.terminal.desk import Desk

ONE = question("the SRAM Rival shifter", "SRAM=BRAND 93")
TWO = question("my Canyon rubs", "Canyon=BRAND 50")
Sit = Callable[..., Desk]


def keys(desk: Desk, pressed: str) -> Desk:
    """Press keys, with the screen drawn after each."""
    for key in pressed.split():
        desk.press(key)
        desk.drawn = True
        desk.save()
    return desk


def text(desk: Desk) -> str | None:
    return desk.question and desk.question.text.text


def test_an_answer_is_committed_and_the_next_text_shown(sit_down: Sit) -> None:
    desk = keys(sit_down(ONE, TWO), "tab tab right 2 enter")
    last = desk.session.status().last

    assert last is not None
    assert [(4, 8, "BRAND"), (9, 14, "PART")] == [(s.start, s.end, s.label) for s in last.spans]
    assert ("accept", 5) == (last.verdict, last.keys)
    assert TWO.text.text == text(desk)


def test_keys_before_the_text_was_drawn_are_dropped(sit_down: Sit) -> None:
    desk = sit_down(ONE, TWO)
    desk.press("enter")
    desk.press("enter")

    assert (TWO.text.text, 1) == (text(desk), desk.session.status().answers_total)


def test_every_verdict_reaches_the_store(sit_down: Sit) -> None:
    desk = sit_down(ONE, TWO, question("three"), question("four"))
    said = []
    for pressed in ("x", "s u", "0", "space s"):
        keys(desk, pressed)
        last = desk.session.status().last
        assert last is not None
        said.append((last.verdict, last.reason, last.spans))

    assert [("unusable", "", ()), ("skip", "unsure", ()), ("accept", "", ()), ("skip", "", ())] == said


def test_flag_and_memo_go_with_the_answer(sit_down: Sit) -> None:
    last = keys(sit_down(ONE), "f m h m enter enter").last

    assert last is not None
    assert (True, "hm") == (last.flag, last.memo)


def test_a_reopened_answer_comes_back_as_it_was_given(sit_down: Sit) -> None:
    desk = keys(sit_down(ONE, TWO), "tab k enter b")
    assert desk.state is not None

    assert ONE.text.text == text(desk)
    assert [(4, 14)] == [(s.start, s.end) for s in desk.state.spans]


def test_a_reopened_answer_is_replaced_only_if_changed(sit_down: Sit) -> None:
    desk = keys(sit_down(ONE, TWO), "enter b enter")
    first = desk.session.status().last
    keys(desk, "b tab 2 enter")
    second = desk.session.status().last

    assert first is not None
    assert second is not None
    assert (first.id, 1) == (second.retracts, desk.session.status().answers_total)
    assert TWO.text.text == text(desk)


def test_a_reopened_text_can_be_left_as_it_is(sit_down: Sit) -> None:
    desk = keys(sit_down(ONE, TWO), "s u b tab d >")
    last = desk.session.status().last

    assert last is not None
    assert ("skip", "unsure", None) == (last.verdict, last.reason, last.retracts)
    assert TWO.text.text == text(desk)
    assert None is desk.session.draft(replace(ONE, id="q0"))


def test_leaving_a_text_without_an_answer_is_refused(sit_down: Sit) -> None:
    desk = keys(sit_down(ONE), ">")

    assert "This text has no answer yet: Enter accepts it, s skips it." == desk.notice


def test_reopening_twice_goes_two_answers_back(sit_down: Sit) -> None:
    desk = keys(sit_down(ONE, TWO, question("three")), "enter enter b b")

    assert ONE.text.text == text(desk)
    assert "There is no earlier answer." == keys(desk, "b").notice


@pytest.mark.parametrize(
    ("spans", "shown"),
    [([[4, 9999, "BRAND"]], [(4, 22)]), ([[-3, 4, "BRAND"]], [(0, 3)]), ([[0, 3, "WHAT"], [9000, 9999, "BRAND"]], [])],
)
def test_an_answer_that_its_text_cannot_have_is_opened_as_far_as_it_can_be_shown(
    sit_down: Sit, spans: list[object], shown: list[tuple[int, int]]
) -> None:
    desk = keys(sit_down(ONE, TWO), "enter")
    with desk.session._store._database.write() as connection:
        connection.exec_driver_sql("UPDATE answers SET spans = ?", (json.dumps(spans),))
    state = keys(desk, "b").state

    assert state is not None
    assert shown == [(span.start, span.end) for span in state.spans]


def test_every_edit_is_a_draft_that_the_next_desk_finds(sit_down: Sit) -> None:
    desk = keys(sit_down(ONE, TWO), "tab k f right")
    again = Desk(desk.session, keymap(desk.session.labels))
    assert desk.state is not None
    assert again.state is not None

    assert (desk.state.now, desk.state.past) == (again.state.now, again.state.past)


def test_quitting_in_the_middle_keeps_the_place_too(sit_down: Sit) -> None:
    desk = keys(sit_down(ONE, TWO), "tab d end q")
    again = Desk(desk.session, keymap(desk.session.labels))
    assert again.state is not None

    assert 3 == again.state.cursor


def test_in_manual_mode_nothing_is_suggested(open_session: Callable[..., Session]) -> None:
    session = open_session(ONE)
    session.mode = "manual"
    desk = Desk(session, keymap(session.labels))
    desk.drawn = True
    assert desk.state is not None

    assert () == desk.state.marks
    last = keys(desk, "right 1 enter").last
    assert last is not None
    assert ("manual", 1) == (last.mode, len(last.spans))


def test_a_text_that_was_only_looked_at_leaves_no_draft(sit_down: Sit) -> None:
    desk = keys(sit_down(ONE), "tab right v right u")
    assert desk.question is not None

    assert None is desk.session.draft(desk.question)


def test_time_on_screen_goes_on_where_the_draft_left_it(open_session: Callable[..., Session]) -> None:
    session = open_session(ONE, TWO)
    now = [100.0]
    first = Desk(session, keymap(session.labels), clock=lambda: now[0])
    first.drawn = True
    first.press("f")
    now[0] += 7
    first.save()
    now[0] = 5000.0
    second = Desk(session, keymap(session.labels), clock=lambda: now[0])
    second.drawn = True
    now[0] += 3
    second.press("enter")

    assert second.last is not None
    assert 10.0 == second.last.seconds


def test_help_and_guidelines_lie_over_the_text_and_scroll(sit_down: Sit) -> None:
    desk = keys(sit_down(ONE, guidelines="BRAND: makers."), "?")
    seen = [desk.view, keys(desk, "down down up").top, keys(desk, "q").view, keys(desk, "g").view, desk.top]

    assert ["help", 1, "text", "guidelines", 0] == seen
    assert not desk.done


def test_quitting_is_said_and_answers_nothing(sit_down: Sit) -> None:
    desk = keys(sit_down(ONE), "q")

    assert (True, 0) == (desk.done, desk.session.status().answers_total)


def test_pasted_text_is_never_keys(sit_down: Sit) -> None:
    desk = sit_down(ONE, TWO)
    desk.paste("0x\rq")

    assert ("Pasted text is not taken for keys.", 0, False) == (
        desk.notice,
        desk.session.status().answers_total,
        desk.done,
    )


def test_pasted_text_is_typed_where_something_is_typed(sit_down: Sit) -> None:
    desk = keys(sit_down(ONE), "m")
    desk.paste("see\tticket\n12")
    keys(desk, "enter")

    assert desk.state is not None
    assert "see ticket 12" == desk.state.now.memo


def test_without_questions_the_desk_waits_and_finds_new_ones(sit_down: Sit) -> None:
    desk = keys(sit_down(ONE), "enter")

    assert (None, None) == (desk.question, desk.state)
    assert ONE.text.text == text(keys(desk, "b"))


def test_while_waiting_one_can_read_and_leave(sit_down: Sit) -> None:
    desk = keys(sit_down(), "z ?")

    assert "help" == desk.view
    assert keys(desk, "x q").done


def test_a_tick_brings_the_numbers_up_to_date(sit_down: Sit) -> None:
    desk = keys(sit_down(ONE, TWO), "enter")

    assert (1, 1) == (desk.status.answers_today, desk.status.answers_total)
    assert desk.tick()
    assert not desk.tick()
    assert 1 == desk.status.pool_left


def test_an_error_of_the_session_is_said_and_the_text_stays(sit_down: Sit) -> None:
    desk = sit_down(ONE, TWO)
    assert desk.question is not None

    class Full(type(desk.session)):  # type: ignore[misc]
        def answer(self, *_: object, **__: object) -> None:
            raise StoreError("The disk is full.", hint="Make room.")

        def save_draft(self, *_: object) -> None:
            raise StoreError("The disk is full.", hint="Make room.")

    desk.session.__class__ = Full
    keys(desk, "enter")

    assert ("The disk is full. Make room.", ONE.text.text) == (desk.notice, text(desk))
    assert not keys(desk, "tab d").saved


def test_a_text_that_left_the_corpus_makes_room_for_the_next(sit_down: Sit) -> None:
    desk = sit_down(ONE, TWO)
    assert desk.question is not None
    gone = desk.question

    class Gone(type(desk.session)):  # type: ignore[misc]
        def answer(self, question: object, *rest: object, **more: object) -> object:
            if question is gone:
                super().answer(question, *rest, **more)
                raise StoreError("The text is gone.")
            return super().answer(question, *rest, **more)

    desk.session.__class__ = Gone
    keys(desk, "enter")

    assert TWO.text.text == text(desk)


def test_a_reopened_text_left_half_done_is_known_as_answered_when_it_comes_back(sit_down: Sit) -> None:
    desk = keys(sit_down(ONE, TWO), "enter b tab d")
    desk.save()
    again = Desk(desk.session, desk.keys)
    again.drawn = True
    first = again.reopened
    shown = text(again)
    keys(again, ">")

    assert ONE.text.text == shown
    assert first is not None
    assert first == desk.session.status().last
    assert TWO.text.text == text(again)


def test_teach_mode_commits_a_yes_a_fix_and_a_no_about_one_span(open_session: Callable[..., Session]) -> None:
    doubt = [question(f"a {name} chain", f"{name}=BRAND 55", "chain=PART 90") for name in ("KMC", "SRAM", "Wippermann")]
    session = open_session(*doubt)
    session.mode = "teach"
    desk = Desk(session, keymap(session.labels))
    desk.drawn = True
    given = [keys(desk, pressed).last for pressed in ("y", "k enter", "n")]
    first, fixed, refused = given

    assert [("accept", False, "teach"), ("accept", False, "teach"), ("reject", False, "teach")] == [
        (a.verdict, a.complete, a.mode) for a in given if a
    ]
    assert first
    assert fixed
    assert refused
    assert [(2, 5)] == [(s.start, s.end) for s in first.spans] == [(s.start, s.end) for s in first.shown]
    assert ([(2, 12)], [(2, 6)]) == ([(s.start, s.end) for s in fixed.spans], [(s.start, s.end) for s in fixed.shown])
    assert ((), [(2, 12)]) == (refused.spans, [(s.start, s.end) for s in refused.shown])
    assert (None, 0) == (text(desk), desk.session.status().pool_left)


def test_an_answer_is_opened_in_the_mode_it_was_given_in(sit_down: Sit) -> None:
    desk = keys(sit_down(ONE, TWO, question("three")), "c-t enter c-t 0 b b")
    assert desk.state is not None

    assert (ONE.text.text, "teach", "manual") == (text(desk), desk.state.page.mode, desk.session.mode)
    last = keys(desk, "n").last
    assert last is not None
    assert ("teach", "reject", False) == (last.mode, last.verdict, last.complete)
    assert last.retracts is not None


def test_the_mode_changes_at_once_on_an_untouched_text_only(sit_down: Sit) -> None:
    desk = keys(sit_down(ONE, TWO), "c-t")
    assert desk.state is not None
    at_once = desk.state.page.mode
    keys(desk, "k c-t")

    assert ("teach", "teach", "manual") == (at_once, desk.state.page.mode, desk.session.mode)
    keys(desk, "enter")
    assert "manual" == desk.state.page.mode


def test_a_text_left_half_done_comes_back_in_its_mode(sit_down: Sit) -> None:
    desk = keys(sit_down(ONE, TWO), "c-t k q")
    desk.session.mode = "correct"
    again = Desk(desk.session, keymap(desk.session.labels))
    assert again.state is not None

    assert ("teach", 1) == (again.state.page.mode, len(again.state.past))


def test_a_skipped_text_comes_back_with_its_suggestions(sit_down: Sit) -> None:
    desk = keys(sit_down(ONE, TWO), "f s u b")
    assert desk.state is not None

    assert (1, True) == (len(desk.state.marks), desk.state.now.flag)


def test_a_session_about_a_label_asks_about_its_spans_and_the_text_keeps_the_one_asked_about(
    open_session: Callable[..., Session],
) -> None:
    session = open_session(question("a KMC chain", "KMC=BRAND 50", "chain=PART 80"))
    session._store.questions.publish(
        [replace(q, id="again") for q in session._store.questions.get(["q0"]).values()],
        round=4,
        focus=Focus(label="PART"),
    )
    session.focus, session.mode = Focus(label="PART"), "teach"
    desk = Desk(session, keymap(session.labels))
    desk.drawn = True
    keys(desk, "i q")
    session.focus = Focus()
    again = Desk(session, keymap(session.labels))
    again.drawn = True
    last = keys(again, "y").last
    keys(again, "b")

    assert again.state is not None
    assert last is not None
    assert ([(2, 11)], [(6, 11)]) == ([(s.start, s.end) for s in last.spans], [(s.start, s.end) for s in last.shown])
    assert [TokenSpan(2, 3, "PART")] == list(again.state.page.shown)


def test_a_text_that_was_begun_in_another_mode_says_so(sit_down: Sit) -> None:
    desk = keys(sit_down(ONE, TWO), "tab k q")
    desk.session.mode = "teach"
    again = Desk(desk.session, desk.keys)
    again.drawn = True

    assert "This text was begun in correct mode and stays in it; teach mode comes with the next text." == again.notice
    assert "teach" == keys(again, "enter").state.page.mode
    assert "" == again.notice


def test_an_answer_that_opens_in_another_mode_than_the_session_s_says_so(sit_down: Sit) -> None:
    desk = keys(sit_down(ONE, TWO, question("three")), "enter c-t b")

    assert "This text was answered in correct mode and opens in it." == desk.notice


def test_a_draft_that_does_not_fit_any_more_begins_anew_in_the_mode_of_the_session_and_says_so(sit_down: Sit) -> None:
    desk = keys(sit_down(ONE, TWO), "c-t k q")
    assert desk.question is not None
    desk.session.save_draft(desk.question, '{"mode": "teach"}')
    desk.session.mode = "correct"
    again = Desk(desk.session, desk.keys)
    assert again.state is not None

    assert ("correct", 0) == (again.state.page.mode, len(again.state.past))
    assert again.notice.startswith("What was half done here no longer fits")


def test_the_wheel_turns_whatever_the_keys_are(open_session: Callable[..., Session]) -> None:
    session = open_session(question("word " * 100, "word=PART 50"))
    desk = Desk(session, keymap(session.labels, {"up": [], "down": [], "none": ["up"], "accept": ["down"]}))
    desk.drawn = True
    desk.turn("down")
    desk.turn("up")
    desk.turn("down")
    assert desk.state is not None

    assert (0, 10) == (desk.session.status().answers_total, desk.state.cursor)
