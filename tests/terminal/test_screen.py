from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from terminal_project import question
from wcwidth import wcswidth

from loop.terminal.controller import Controller
from loop.terminal.screen import Screen

ONE = question("the SRAM Rival shifter of my Canyon rubs", "SRAM=BRAND 93", uncertain=["Canyon=BRAND 34"])
LONG = question("word " * 400 + "end", "word=PART 50")
Sit = Callable[..., Controller]


def lines(controller: Controller, cells: int = 80, rows: int = 24, screen: Screen | None = None) -> list[str]:
    drawn = (screen or Screen()).draw(controller, cells, rows)
    return ["".join(text for _, text in row).rstrip() for row in drawn]


def press(controller: Controller, *keys: str) -> Controller:
    for key in keys:
        controller.press(key)
        controller.drawn = True
    return controller


def test_a_newcomer_is_told_what_to_do(sit_down: Sit) -> None:
    controller = sit_down(ONE, ONE)

    assert any("Marked words are suggestions." in line for line in lines(controller))
    assert not any("Marked words" in line for line in lines(press(controller, "tab")))


def test_a_small_screen_drops_rules_and_keeps_what_matters(sit_down: Sit) -> None:
    drawn = lines(sit_down(ONE), 40, 12)

    assert 12 == len(drawn)
    assert not any(line.startswith("──") for line in drawn)
    assert "  the SRAM Rival shifter of my Canyon" == drawn[2]
    assert drawn[-1].startswith(" Enter accept")


@pytest.mark.parametrize("cells", [40, 80])
def test_a_message_that_is_too_long_for_one_row_takes_more(sit_down: Sit, cells: int) -> None:
    drawn = " ".join(line.strip() for line in lines(press(sit_down(ONE), "s"), cells))

    assert "Why skip? u unsure · n not my field · b bad text · s just skip" in drawn


def test_the_layout_reaches_the_editor(sit_down: Sit) -> None:
    controller = sit_down(LONG)
    lines(controller, 44, 24)
    press(controller, "down", "down")

    assert controller.state is not None
    assert (16, (0, 56)) == (controller.state.cursor, controller.state.layout.visible)


def test_a_long_text_scrolls_to_the_cursor_and_says_that_there_is_more(sit_down: Sit) -> None:
    controller, screen = sit_down(LONG), Screen()
    first = lines(controller, 44, 24, screen)
    last = lines(press(controller, "end"), 44, 24, screen)

    assert any("▼" in line for line in first)
    assert any("▲" in line for line in last)
    assert any(line.endswith("end") for line in last)


NUMBERED = question(" ".join(f"w{n:03}" for n in range(400)))


def words_shown(drawn: list[str]) -> list[str]:
    return re.findall(r"w\d{3}", " ".join(drawn))


def test_page_down_scrolls_by_what_was_seen_and_page_up_back_again(sit_down: Sit) -> None:
    controller, screen = sit_down(NUMBERED), Screen()
    first = words_shown(lines(controller, 44, 24, screen))
    second = words_shown(lines(press(controller, "pagedown"), 44, 24, screen))
    third = words_shown(lines(press(controller, "pagedown"), 44, 24, screen))

    assert second[0] in first[-16:]  # eight words a line; one or two lines are seen on both
    assert third[0] in second[-16:]
    assert first == words_shown(lines(press(controller, "pageup", "pageup"), 44, 24, screen))


def test_pages_lead_from_the_first_word_to_the_last_and_leave_none_out(sit_down: Sit) -> None:
    controller, screen, seen = sit_down(NUMBERED), Screen(), set[str]()
    for _ in range(20):
        seen.update(words_shown(lines(controller, 44, 24, screen)))
        press(controller, "pagedown")

    assert {f"w{n:03}" for n in range(400)} == seen
    assert controller.state is not None
    assert 392 <= controller.state.cursor < 400


def test_a_page_of_the_help_and_of_a_list_is_what_is_seen_of_them(sit_down: Sit) -> None:
    controller, screen = press(sit_down(ONE), "?"), Screen()
    first = lines(controller, 80, 20, screen)
    second = lines(press(controller, "pagedown"), 80, 20, screen)

    assert first[first.index(second[2])] == first[controller.page + 1]
    assert controller.page - 1 == controller.top


def test_the_next_text_begins_at_its_top(sit_down: Sit) -> None:
    controller, screen = sit_down(LONG, ONE), Screen()
    lines(controller, 44, 24, screen)
    lines(press(controller, "end"), 44, 24, screen)
    press(controller, "enter")

    assert "the SRAM Rival" in "".join(lines(controller, 44, 24, screen))
    assert 0 == screen.top


def test_help_scrolls_to_its_end_and_no_further(sit_down: Sit) -> None:
    controller = press(sit_down(ONE), "?", *["pagedown"] * 20)
    drawn = lines(controller)

    assert any("quit; everything is kept" in line for line in drawn)
    assert controller.top < 100


def test_waiting_is_calm(sit_down: Sit) -> None:
    drawn = lines(press(sit_down(ONE), "enter"))

    assert any("Every text has been answered, 1 by you." in line for line in drawn)


@pytest.mark.parametrize("view", ["text", "help", "guidelines"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.integers(1, 130),
    rows=st.integers(1, 60),
    pressed=st.lists(
        st.sampled_from(["tab", "right", "1", "v", "t", "/", ":", "m", "s", "down", "k", "r"]), max_size=6
    ),
)
def test_any_size_is_filled_exactly(sit_down: Sit, view: str, cells: int, rows: int, pressed: list[str]) -> None:
    controller = press(_shared(sit_down), "escape", "escape", *pressed)
    controller.view = view  # type: ignore[assignment]
    drawn = lines(controller, cells, rows)
    controller.view = "text"

    assert rows == len(drawn)
    assert max(wcswidth(line) for line in drawn) <= cells


DESKS: dict[int, Controller] = {}


def _shared(sit_down: Sit) -> Controller:
    """One controller for all examples of a test: each example would need a store of its own."""
    if id(sit_down) not in DESKS:
        hostile = question(
            "\x1b[31m 自行车 👩\u200d🔧 \t\u202e word\nlast 😀", "自行车=BRAND 50", uncertain=["last=PART 44"]
        )
        DESKS[id(sit_down)] = sit_down(hostile)
    return DESKS[id(sit_down)]


@pytest.mark.parametrize(("cells", "rows"), [(80, 24), (40, 12)])
def test_why_the_trainer_stopped_is_said_below_the_text(sit_down: Sit, cells: int, rows: int) -> None:
    controller = sit_down(ONE)
    controller.status = replace(controller.status, trainer="stopped: no pipeline is called en_x. Install it.")
    drawn = ["".join(text for _, text in row).strip() for row in Screen().draw(controller, cells, rows)]

    assert "The trainer stopped: no pipeline is called en_x. Install it. Your answers are saved." in " ".join(drawn)
    assert any("BRAND" in row for row in drawn)
