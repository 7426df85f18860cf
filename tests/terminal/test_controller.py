from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from terminal_project import question

from loop.editing import keymap
from loop.errors import InputError, StoreError
from loop.progress import progress
from loop.progress.panel import Panel, panel
from loop.records import Focus, TokenSpan
from loop.session import Session
from loop.store import Store
from loop.store.events import EventKind
from loop.terminal.controller import Controller
from loop.terminal.panel_lines import panel_lines

ONE = question("the SRAM Rival shifter", "SRAM=BRAND 93")
TWO = question("my Canyon rubs", "Canyon=BRAND 50")
Sit = Callable[..., Controller]


def keys(controller: Controller, pressed: str) -> Controller:
    """Press keys, with the screen drawn after each."""
    for key in pressed.split():
        controller.press(key)
        controller.drawn = True
        controller.save()
    return controller


def text(controller: Controller) -> str | None:
    return controller.question and controller.question.text.text


def test_an_answer_is_committed_and_the_next_text_shown(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO), "tab tab right 2 enter")
    last = controller.session.status().last

    assert last is not None
    assert [(4, 8, "BRAND"), (9, 14, "PART")] == [(s.start, s.end, s.label) for s in last.spans]
    assert ("accept", 5) == (last.verdict, last.keys)
    assert TWO.text.text == text(controller)


def test_keys_before_the_text_was_drawn_are_dropped(sit_down: Sit) -> None:
    controller = sit_down(ONE, TWO)
    controller.press("enter")
    controller.press("enter")

    assert (TWO.text.text, 1) == (text(controller), controller.session.status().answers_total)


def test_every_verdict_reaches_the_store(sit_down: Sit) -> None:
    controller = sit_down(ONE, TWO, question("three"), question("four"))
    said = []
    for pressed in ("x", "s u", "0", "space s"):
        keys(controller, pressed)
        last = controller.session.status().last
        assert last is not None
        said.append((last.verdict, last.reason, last.spans))

    assert [("unusable", "", ()), ("skip", "unsure", ()), ("accept", "", ()), ("skip", "", ())] == said


def test_flag_and_memo_go_with_the_answer(sit_down: Sit) -> None:
    last = keys(sit_down(ONE), "f m h m enter enter").last

    assert last is not None
    assert (True, "hm") == (last.flag, last.memo)


def test_a_reopened_answer_comes_back_as_it_was_given(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO), "tab k enter b")
    assert controller.state is not None

    assert ONE.text.text == text(controller)
    assert [(4, 14)] == [(s.start, s.end) for s in controller.state.spans]


def test_a_reopened_answer_is_replaced_only_if_changed(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO), "enter b enter")
    first = controller.session.status().last
    keys(controller, "b tab 2 enter")
    second = controller.session.status().last

    assert first is not None
    assert second is not None
    assert (first.id, 1) == (second.retracts, controller.session.status().answers_total)
    assert TWO.text.text == text(controller)


def test_a_reopened_text_can_be_left_as_it_is(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO), "s u b tab d >")
    last = controller.session.status().last

    assert last is not None
    assert ("skip", "unsure", None) == (last.verdict, last.reason, last.retracts)
    assert TWO.text.text == text(controller)
    assert None is controller.session.draft(replace(ONE, id="q0"))


def test_leaving_a_text_without_an_answer_is_refused(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE), ">")

    assert "This text has no answer yet: Enter accepts it, s skips it." == controller.notice


def test_reopening_twice_goes_two_answers_back(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO, question("three")), "enter enter b b")

    assert ONE.text.text == text(controller)
    assert "There is no earlier answer." == keys(controller, "b").notice


@pytest.mark.parametrize(
    ("spans", "shown"),
    [([[4, 9999, "BRAND"]], [(4, 22)]), ([[-3, 4, "BRAND"]], [(0, 3)]), ([[0, 3, "WHAT"], [9000, 9999, "BRAND"]], [])],
)
def test_an_answer_that_its_text_cannot_have_is_opened_as_far_as_it_can_be_shown(
    sit_down: Sit, spans: list[object], shown: list[tuple[int, int]]
) -> None:
    controller = keys(sit_down(ONE, TWO), "enter")
    with controller.session._store._database.write() as connection:
        connection.exec_driver_sql("UPDATE answers SET spans = ?", (json.dumps(spans),))
    state = keys(controller, "b").state

    assert state is not None
    assert shown == [(span.start, span.end) for span in state.spans]


def test_every_edit_is_a_draft_that_the_next_desk_finds(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO), "tab k f right")
    again = Controller(controller.session, keymap(controller.session.labels))
    assert controller.state is not None
    assert again.state is not None

    assert (controller.state.now, controller.state.past) == (again.state.now, again.state.past)


def test_quitting_in_the_middle_keeps_the_place_too(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO), "tab d end q")
    again = Controller(controller.session, keymap(controller.session.labels))
    assert again.state is not None

    assert 3 == again.state.cursor


def test_in_manual_mode_nothing_is_suggested(open_session: Callable[..., Session]) -> None:
    session = open_session(ONE)
    session.mode = "manual"
    controller = Controller(session, keymap(session.labels))
    controller.drawn = True
    assert controller.state is not None

    assert () == controller.state.marks
    last = keys(controller, "right 1 enter").last
    assert last is not None
    assert ("manual", 1) == (last.mode, len(last.spans))


def test_a_text_that_was_only_looked_at_leaves_no_draft(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE), "tab right v right u")
    assert controller.question is not None

    assert None is controller.session.draft(controller.question)


def test_time_on_screen_goes_on_where_the_draft_left_it(open_session: Callable[..., Session]) -> None:
    session = open_session(ONE, TWO)
    now = [100.0]
    first = Controller(session, keymap(session.labels), clock=lambda: now[0])
    first.drawn = True
    first.press("f")
    now[0] += 7
    first.save()
    now[0] = 5000.0
    second = Controller(session, keymap(session.labels), clock=lambda: now[0])
    second.drawn = True
    now[0] += 3
    second.press("enter")

    assert second.last is not None
    assert 10.0 == second.last.seconds


def test_help_and_guidelines_lie_over_the_text_and_scroll(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, guidelines="BRAND: makers."), "?")
    seen = [
        controller.view,
        keys(controller, "down down up").top,
        keys(controller, "q").view,
        keys(controller, "g").view,
        controller.top,
    ]

    assert ["help", 1, "text", "guidelines", 0] == seen
    assert not controller.done


def test_the_panel_of_status_lies_over_the_text_once_it_is_read(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE), "=")
    before = controller.view, controller.panel
    controller.read_panel()
    with Store(controller.session._paths.db) as store:
        now = progress(store, controller.session._settings, controller.session._paths)

    assert ("progress", ()) == before
    assert panel_lines(panel(now)) == controller.panel
    assert controller.panel[-1].startswith("advice   ")
    assert ["text", "progress", ()] == [keys(controller, "x").view, keys(controller, "=").view, controller.panel]


def test_a_panel_that_cannot_be_read_says_why(sit_down: Sit, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable() -> Panel:
        raise InputError("gold.jsonl", "no such file.", hint="Make it.")

    controller = keys(sit_down(ONE), "=")
    monkeypatch.setattr(controller.session, "panel", unreadable)
    controller.read_panel()

    assert ("gold.jsonl: no such file. Make it.",) == controller.panel


def test_quitting_is_said_and_answers_nothing(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE), "q")

    assert (True, 0) == (controller.done, controller.session.status().answers_total)


def test_pasted_text_is_never_keys(sit_down: Sit) -> None:
    controller = sit_down(ONE, TWO)
    controller.paste("0x\rq")

    assert ("Pasted text is not read as keys.", 0, False) == (
        controller.notice,
        controller.session.status().answers_total,
        controller.done,
    )


def test_pasted_text_is_typed_where_something_is_typed(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE), "m")
    controller.paste("see\tticket\n12")
    keys(controller, "enter")

    assert controller.state is not None
    assert "see ticket 12" == controller.state.now.memo


def test_without_questions_the_desk_waits_and_finds_new_ones(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE), "enter")

    assert (None, None) == (controller.question, controller.state)
    assert ONE.text.text == text(keys(controller, "b"))


def test_while_waiting_one_can_read_and_leave(sit_down: Sit) -> None:
    controller = keys(sit_down(), "z ?")

    assert "help" == controller.view
    assert keys(controller, "x q").done


def test_a_tick_brings_the_numbers_up_to_date(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO), "enter")

    assert (1, 1) == (controller.status.answers_today, controller.status.answers_total)
    assert controller.tick()
    assert not controller.tick()
    assert 1 == controller.status.pool_left


@pytest.mark.parametrize("left_out", ["s u", "s space", "x"])
def test_what_is_left_out_is_no_answer_of_today(sit_down: Sit, left_out: str) -> None:
    controller = keys(sit_down(ONE, TWO, question("three")), f"enter {left_out}")
    at_once = controller.status.answers_today, controller.status.answers_total
    controller.tick()

    assert (1, 1) == at_once == (controller.status.answers_today, controller.status.answers_total)
    assert 1 == len(controller.recent)


@pytest.mark.parametrize(("pressed", "answers"), [("s u b 0", 1), ("enter b s u", 0), ("enter b 0", 1)])
def test_an_answer_that_replaces_another_counts_once(sit_down: Sit, pressed: str, answers: int) -> None:
    controller = keys(sit_down(ONE, TWO), pressed)
    at_once = controller.status.answers_today, controller.status.answers_total
    controller.tick()

    assert (answers, answers) == at_once == (controller.status.answers_today, controller.status.answers_total)
    assert answers == len(controller.recent)


def test_an_error_of_the_session_is_said_and_the_text_stays(sit_down: Sit) -> None:
    controller = sit_down(ONE, TWO)
    assert controller.question is not None

    class Full(type(controller.session)):  # type: ignore[misc]
        def answer(self, *_: object, **__: object) -> None:
            raise StoreError("The disk is full.", hint="Make room.")

        def save_draft(self, *_: object) -> None:
            raise StoreError("The disk is full.", hint="Make room.")

    controller.session.__class__ = Full
    keys(controller, "enter")

    assert ("The disk is full. Make room.", ONE.text.text) == (controller.notice, text(controller))
    assert not keys(controller, "tab d").saved


def test_a_text_that_left_the_corpus_makes_room_for_the_next(sit_down: Sit) -> None:
    controller = sit_down(ONE, TWO)
    assert controller.question is not None
    gone = controller.question

    class Gone(type(controller.session)):  # type: ignore[misc]
        def answer(self, question: object, *rest: object, **more: object) -> object:
            if question is gone:
                super().answer(question, *rest, **more)
                raise StoreError("The text is gone.")
            return super().answer(question, *rest, **more)

    controller.session.__class__ = Gone
    keys(controller, "enter")

    assert TWO.text.text == text(controller)


def test_a_reopened_text_left_half_done_is_known_as_answered_when_it_comes_back(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO), "enter b tab d")
    controller.save()
    again = Controller(controller.session, controller.keys)
    again.drawn = True
    first = again.reopened
    shown = text(again)
    keys(again, ">")

    assert ONE.text.text == shown
    assert first is not None
    assert first == controller.session.status().last
    assert TWO.text.text == text(again)


def test_teach_mode_commits_a_yes_a_fix_and_a_no_about_one_span(open_session: Callable[..., Session]) -> None:
    doubt = [question(f"a {name} chain", f"{name}=BRAND 55", "chain=PART 90") for name in ("KMC", "SRAM", "Wippermann")]
    session = open_session(*doubt)
    session.mode = "teach"
    controller = Controller(session, keymap(session.labels))
    controller.drawn = True
    given = [keys(controller, pressed).last for pressed in ("y", "k enter", "n")]
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
    assert (None, 0) == (text(controller), controller.session.status().pool_left)


def test_teach_mode_passes_over_texts_where_no_span_may_be_an_entity(open_session: Callable[..., Session]) -> None:
    unlikely = {"uncertain": ["organic=BRAND 3"], "stream": "random"}
    session = open_session(
        question("the organic one", **unlikely), question("held", stream="held_out"),
        question("an organic two", **unlikely), ONE, question("organic three", **unlikely), TWO,
    )  # fmt: skip
    session.mode = "teach"
    controller = Controller(session, keymap(session.labels))
    asked = []
    while text(controller) is not None:
        following = controller.session.upcoming(controller.question)
        asked.append((text(controller), controller.state.page.mode, following and following.text.text))
        controller.drawn = True
        keys(controller, "y" if controller.state.page.mode == "teach" else "0")

    assert [
        ("held", "correct", ONE.text.text),
        (ONE.text.text, "teach", TWO.text.text),
        (TWO.text.text, "teach", "the organic one"),
        ("the organic one", "correct", "an organic two"),
        ("an organic two", "correct", "organic three"),
        ("organic three", "correct", None),
    ] == asked


def test_an_answer_is_opened_in_the_mode_it_was_given_in(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO, question("three")), "c-t enter c-t 0 b b")
    assert controller.state is not None

    assert (ONE.text.text, "teach", "manual") == (text(controller), controller.state.page.mode, controller.session.mode)
    last = keys(controller, "n").last
    assert last is not None
    assert ("teach", "reject", False) == (last.mode, last.verdict, last.complete)
    assert last.retracts is not None


def test_the_mode_changes_at_once_on_an_untouched_text_only(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO), "c-t")
    assert controller.state is not None
    at_once = controller.state.page.mode
    keys(controller, "k c-t")

    assert ("teach", "teach", "manual") == (at_once, controller.state.page.mode, controller.session.mode)
    keys(controller, "enter")
    assert "manual" == controller.state.page.mode


def test_a_text_left_half_done_comes_back_in_its_mode(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO), "c-t k q")
    controller.session.mode = "correct"
    again = Controller(controller.session, keymap(controller.session.labels))
    assert again.state is not None

    assert ("teach", 1) == (again.state.page.mode, len(again.state.past))


def test_a_skipped_text_comes_back_with_its_suggestions(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO), "f s u b")
    assert controller.state is not None

    assert (1, True) == (len(controller.state.marks), controller.state.now.flag)


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
    controller = Controller(session, keymap(session.labels))
    controller.drawn = True
    keys(controller, "i q")
    session.focus = Focus()
    again = Controller(session, keymap(session.labels))
    again.drawn = True
    last = keys(again, "y").last
    keys(again, "b")

    assert again.state is not None
    assert last is not None
    assert ([(2, 11)], [(6, 11)]) == ([(s.start, s.end) for s in last.spans], [(s.start, s.end) for s in last.shown])
    assert [TokenSpan(2, 3, "PART")] == list(again.state.page.shown)


def test_a_text_that_was_begun_in_another_mode_says_so(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO), "tab k q")
    controller.session.mode = "teach"
    again = Controller(controller.session, controller.keys)
    again.drawn = True

    assert "You began this text in correct mode; teach mode starts with the next text." == again.notice
    assert "teach" == keys(again, "enter").state.page.mode
    assert "" == again.notice


def test_an_answer_that_opens_in_another_mode_than_the_session_s_says_so(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO, question("three")), "enter c-t b")

    assert "This text was answered in correct mode and opens in it." == controller.notice


def test_a_draft_that_does_not_fit_any_more_begins_anew_in_the_mode_of_the_session_and_says_so(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO), "c-t k q")
    assert controller.question is not None
    controller.session.save_draft(controller.question, '{"mode": "teach"}')
    controller.session.mode = "correct"
    again = Controller(controller.session, controller.keys)
    assert again.state is not None

    assert ("correct", 0) == (again.state.page.mode, len(again.state.past))
    assert again.notice.startswith("Your draft no longer fits")


def test_the_wheel_turns_whatever_the_keys_are(open_session: Callable[..., Session]) -> None:
    session = open_session(question("word " * 100, "word=PART 50"))
    controller = Controller(session, keymap(session.labels, {"up": [], "down": [], "none": ["up"], "accept": ["down"]}))
    controller.drawn = True
    controller.turn("down")
    controller.turn("up")
    controller.turn("down")
    assert controller.state is not None

    assert (0, 10) == (controller.session.status().answers_total, controller.state.cursor)


def test_the_last_answers_are_learned_at_a_key_once_for_each_answer(sit_down: Sit) -> None:
    controller = sit_down(ONE, TWO)
    said = []
    for pressed in ("c-n", "enter", "c-n", "c-n", "enter", "c-n"):
        keys(controller, pressed)
        said.append(controller.notice)
    asked = controller.session._store.journal.events(kind=EventKind.CLOSING)

    assert said == [
        "Nothing is left over: every answer is learned, or its round is due.",
        "",
        "1 answer has not been learned yet: the trainer learns it next.",
        "1 answer has not been learned yet: the trainer learns it next.",
        "",
        "2 answers have not been learned yet: the trainer learns them next.",
    ]
    assert 2 == len(asked)


def test_at_the_key_a_pinned_round_is_named(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO), "enter")
    controller.session._store.journal.pin(0)
    keys(controller, "c-n")

    assert "1 answer has not been learned yet: round 0 is pinned." == controller.notice
