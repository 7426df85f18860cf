"""Questions about a passage, as the screen shows them and as the store keeps their answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from terminal_project import LABELS, question

from loop.editing import begin, keymap, page_of
from loop.records import Question
from loop.terminal import frame
from loop.terminal.body import Row, body
from loop.terminal.controller import Controller
from loop.terminal.pages import waiting_words
from loop.terminal.plain import Plain

KEYS = keymap(LABELS)
TEXT = "my old SRAM Rival shifter and the KMC chain of my Canyon rub today"
Sit = Callable[..., Controller]


def shown(row: Row) -> str:
    return "".join(text for _, text in row)


def asked(*marked: str, within: str = "the KMC chain of", text: str = TEXT) -> Question:
    """Ask about a passage of a text."""
    start = text.index(within)
    return replace(question(text, *marked), passage=(start, start + len(within)))


ONE = asked("SRAM Rival=BRAND 90", "KMC=BRAND 80")
TWO = question("my Canyon rubs", "Canyon=BRAND 50")


def press(controller: Controller, keys: str) -> Controller:
    for key in keys.split():
        controller.press(key)
        controller.drawn = True
        controller.save()
    return controller


def said(controller: Controller) -> tuple[object, ...]:
    last = controller.session.status().last
    assert last is not None
    strings = [TEXT[span.start : span.end] for span in last.spans]
    passage = TEXT[slice(*last.passage)] if last.passage else None
    return last.verdict, strings, passage, last.complete


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        ("enter", ("accept", ["KMC"], "the KMC chain of", False)),
        ("tab d 0", ("accept", [], "the KMC chain of", False)),
        (") ) enter", ("accept", ["SRAM Rival", "KMC"], None, True)),
        ("tab y right P ( enter", ("accept", ["KMC", "chain"], "KMC chain", False)),
        ("end B k k enter", ("accept", ["KMC", "of my Canyon"], "the KMC chain of", False)),
        ("s s", ("skip", [], None, True)),
        ("x", ("unusable", [], None, True)),
    ],
)
def test_an_answer_is_about_what_was_asked(sit_down: Sit, keys: str, answer: tuple[object, ...]) -> None:
    assert answer == said(press(sit_down(ONE, TWO), keys))


def test_in_teach_mode_the_answer_is_about_the_span(sit_down: Sit) -> None:
    assert ("accept", ["KMC"], None, False) == said(press(sit_down(ONE, TWO), "c-t enter"))


def test_in_manual_mode_a_passage_is_asked_about_without_suggestions(sit_down: Sit) -> None:
    controller = press(sit_down(ONE, TWO), "c-t c-t")

    assert ((), (6, 10)) == (controller.state.marks, controller.state.page.passage)
    assert ("accept", ["KMC"], "the KMC chain of", False) == said(press(controller, "right B enter"))


def test_a_reopened_answer_is_about_the_same_passage_and_may_be_widened(sit_down: Sit) -> None:
    controller = press(sit_down(ONE, TWO), "enter b")
    assert (6, 10) == controller.state.page.passage
    assert "Answered before: passage accepted, 1 BRAND" in shown(frame.why(controller, 100))

    assert ("accept", ["SRAM Rival", "KMC"], None, True) == said(press(controller, ") ) enter"))
    assert 1 == controller.session.status().answers_total


def test_the_rest_of_the_text_is_dim_and_why_says_what_is_asked(sit_down: Sit) -> None:
    controller = sit_down(ONE, TWO)
    row = body(begin(page_of(ONE, LABELS)), KEYS, 80, 20, 0)[0]

    assert TEXT == "".join(text for _, text in row).rstrip()
    dim = "".join(text for style, text in row if "dimmed" in style)
    assert TEXT.replace("the KMC chain of", "") == dim.rstrip()
    assert " Why: passage · the model is uncertain" == shown(frame.why(controller, 80))


def test_of_a_long_document_the_rows_beside_the_text_are_of_the_document(sit_down: Sit) -> None:
    long = f"It begins here. {TEXT} It ends there."
    tokens = [(start, end) for start, end in question(long).tokens if 16 <= start < 16 + len(TEXT)]
    part = replace(asked("KMC=BRAND 80", text=long), tokens=tuple(tokens))
    controller = sit_down(part)

    assert TEXT == controller.state.page.text
    assert ("It begins here. ", " It ends there.") == controller.around
    press(controller, "enter")
    last = controller.session.status().last
    assert ["KMC"] == [long[span.start : span.end] for span in last.spans]
    assert part.passage == last.passage


def test_the_line_mode_says_what_is_asked_about(sit_down: Sit) -> None:
    lines: list[str] = []
    controller = sit_down(ONE, TWO)
    plain = Plain(controller, iter(()), lines.append)
    plain._text()
    plain._take("words")
    plain._take("widen")

    assert f"Text: {TEXT}\n" in lines
    assert "Asked about: the KMC chain of\n" in lines
    assert "7 the, 8 KMC, 9 chain, 10 of\n" in lines
    assert "Now the whole text is asked about.\n" in lines


def test_an_answer_that_was_widened_is_reopened_about_what_was_answered(sit_down: Sit) -> None:
    controller = press(sit_down(ONE, TWO), ") ) home 1 enter")
    first = controller.session.status().last
    press(controller, "b enter")

    assert ("accept", ["my", "SRAM Rival", "KMC"], None, True) == said(controller)
    assert first == controller.session.status().last


def test_a_passage_without_words_is_not_taken_for_the_whole_text(sit_down: Sit) -> None:
    blank = replace(question("a brand    and more"), passage=(7, 11))
    controller = press(sit_down(blank, TWO), "0")
    last = controller.session.status().last

    assert ("accept", (0, 19), False) == (last.verdict, last.passage, last.complete)


def test_what_was_shown_follows_the_passage(sit_down: Sit) -> None:
    one = asked("SRAM Rival=BRAND 90", "KMC=BRAND 80", "Canyon=BRAND 70")

    last = press(sit_down(one, TWO), "enter").session.status().last

    assert ["KMC"] == [TEXT[span.start : span.end] for span in last.shown]
    assert last.shown == last.spans


def test_what_is_suggested_outside_is_shown_once_the_passage_is_wider(sit_down: Sit) -> None:
    one = asked("SRAM Rival=BRAND 90", "KMC=BRAND 80", "Canyon=BRAND 70")
    last = press(sit_down(one, TWO), ") ) enter").session.status().last

    assert ["SRAM Rival", "KMC", "Canyon"] == [TEXT[span.start : span.end] for span in last.shown]
    assert last.shown == last.spans


def test_where_a_text_was_searched_for_is_asked_about_and_under_the_cursor(sit_down: Sit) -> None:
    near, far = asked("KMC=BRAND 80"), replace(asked(within="my Canyon rub today"), id="far")
    far = replace(far, text=near.text)
    controller = sit_down(TWO, near, far)
    press(controller, "c-f t o d a y enter enter")
    chosen = controller.notice
    press(controller, "enter")
    state = controller.state

    assert "It is the next question." == chosen
    assert far.passage == state.page.asked
    assert "today" == state.page.string(state.cursor, state.cursor + 1)


def test_who_has_answered_every_passage_of_every_text_is_told_that_all_is_answered(sit_down: Sit) -> None:
    first = asked(within="my old SRAM Rival shifter and the")
    second = replace(asked(within="KMC chain of my Canyon rub today"), id="second", text=first.text)
    controller = press(sit_down(first, second), "0 0")

    assert controller.question is None
    assert (2, 0) == (controller.status.answers_total, controller.status.pool_left)
    assert waiting_words(controller).startswith("Every text has been answered, 2 by you.")
