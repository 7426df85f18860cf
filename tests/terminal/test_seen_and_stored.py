"""What the screen shows as spans is what Enter stores, whatever was pressed before and whoever suggested them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from drawn import COLUMNS, Asked, Told, drawn_on, named_on, told
from hypothesis import given, settings
from hypothesis import strategies as st
from terminal_project import LABELS

from loop.editing import COMMANDS, keymap
from loop.records import NO_FOCUS, Answer, Mode, Question, Span, Text
from loop.session import SessionStatus
from loop.terminal.controller import Controller
from loop.terminal.screen import Screen

KEYS = keymap(LABELS)
ELSEWHERE = {"history", "search", "palette", "progress", "help", "guidelines", "pattern", "quit", "unusable", "skip"}
PRESSED = [key for command in COMMANDS if command.name not in ELSEWHERE for key in command.keys]
OFTEN = [
    "tab",
    "right",
    "right",
    "end",
    "home",
    "1",
    "2",
    "d",
    "y",
    "k",
    "j",
    "i",
    "o",
    "e",
    "v",
    "enter",
    "enter",
    "b",
]
LEFT_OFF = "quits and comes back"
GOES_THROUGH_VERSIONS = {"u", "z", "r", "R", "c-t"}


class Memory(SimpleNamespace):
    """A session that remembers what it is told, and asks its questions in a circle."""

    def __init__(self, asked: Sequence[Question], mode: Mode) -> None:
        self.asked = [replace(one, id=f"q{n}", text=Text(n, one.text.text)) for n, one in enumerate(asked)]
        self.given: dict[str, Answer] = {}
        self.drafts: dict[str, str] = {}
        self.at = 0
        super().__init__(
            mode=mode, labels=LABELS, focus=NO_FOCUS, name="shop", notes={}, goal_reached="", knows_nothing=False,
            learn_now=str, uses=dict, status=lambda: SessionStatus(0, 9, 1, "idle", 1, 1, None),
            versions=0, with_versions=lambda _, page: page, place=lambda _: None, note=lambda _: "",
            neighbours=lambda _: ("", ""), upcoming=lambda _: None,
        )  # fmt: skip

    def next(self) -> Question:
        return self.asked[self.at % len(self.asked)]

    def answered(self, question: Question) -> Answer | None:
        return self.given.get(question.id)

    def draft(self, question: Question) -> str | None:
        return self.drafts.get(question.id)

    def save_draft(self, question: Question, draft: str) -> None:
        self.drafts[question.id] = draft

    def answer(self, question: Question, verdict: Any, spans: Any, **said: Any) -> Answer:
        more = {name: said[name] for name in ("mode", "complete", "shown", "flag", "memo")}
        self.given[question.id] = Answer("", question.text.id, "ann", verdict, spans, **more)
        self.leave(question)
        return self.given[question.id]

    def leave(self, question: Question) -> None:
        self.drafts.pop(question.id, None)
        self.at += 1

    def reopen(self) -> tuple[Question, Answer] | None:
        before = self.asked[(self.at - 1) % len(self.asked)]
        if before.id not in self.given:
            return None
        self.at -= 1
        return before, self.given[before.id]


def looked_at(controller: Controller) -> list[Any]:
    rows = Screen().draw(controller, COLUMNS, 24)
    controller.drawn = True
    return rows


@settings(max_examples=150)
@given(
    st.lists(told, min_size=2, max_size=3),
    st.sampled_from(["correct", "correct", "correct", "teach", "manual"]),
    st.lists(st.sampled_from(OFTEN) | st.sampled_from([*PRESSED, LEFT_OFF]), min_size=12, max_size=30),
)
def test_at_every_enter_the_spans_on_the_screen_are_stored_and_nothing_vanishes_unmarked(
    texts: list[Told], mode: Mode, pressed: list[str]
) -> None:
    asked = [one.asked() for one in texts]
    models = {f"q{n}": one.suggester for n, one in enumerate(asked)}
    with patch("loop.terminal.prepared_pages.suggester_of", lambda question: models[question.id]):
        see_and_store(Memory([one.question for one in asked], mode), asked, pressed)


def see_and_store(session: Memory, asked: Sequence[Asked], pressed: Sequence[str]) -> None:
    controller = Controller(session, KEYS)
    for key in pressed:
        question, text, rows = controller.question, controller.question.text.text, looked_at(controller)
        before, page, answers = {one.span for one in drawn_on(rows, text)}, controller.state.page, dict(session.given)
        if key == LEFT_OFF:
            controller.press("q")
            controller.save()
            controller = Controller(session, KEYS)
            continue
        decided, hinted = controller.state.now, controller.state.stance == "jump"
        controller.press(key)
        controller.save()
        given = session.given.get(question.id)

        if given is not answers.get(question.id) and given.verdict == "accept" and key != "0":
            assert tuple(sorted(before)) == given.spans
        hinted = hinted or controller.state.stance == "jump"  # the hints stand where the names do
        if (
            controller.question is question
            and controller.state.page is page
            and not hinted
            and key not in GOES_THROUGH_VERSIONS
        ):
            stays = asked[int(question.id[1:])].elsewhere
            assert_changes_are_marked(controller, before, {*decided.touched, *decided.blank}, text, stays)


def assert_changes_are_marked(
    controller: Controller, before: set[Span], decided: set[Any], text: str, stays: frozenset[Span]
) -> None:
    state, page = controller.state, controller.state.page
    names = named_on(looked_at(controller), text)
    after = {one.span: one.name for one in names if one.span.label}
    offered = {one.span.start for one in names if re.search("gone|[*]|^[?]$", one.name)}  # one cell has room for ?
    by_hand = {*state.now.touched, *state.now.blank} ^ decided
    edited = [(page.tokens[a][0], page.tokens[b - 1][1]) for a, b, *_ in by_hand]
    new = [(span.start, span.end) for span, name in after.items() if re.search("new|[*]", name)]
    for span in before - set(after):
        is_edited, replaced = (any(a < span.end and span.start < b for a, b in places) for places in (edited, new))

        assert is_edited or ((replaced or span.start in offered) and span not in stays)
    for span in set(after) - before:
        assert (span.start, span.end) in new or "✓" in after[span]
