from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from real_terminal import Terminal
from terminal_project import LABELS, lay_out, question

from loop.editing import begin, keymap, page_of, press
from loop.terminal import frame
from loop.terminal.controller import Controller
from loop.terminal.mouse import DRAGGED, LEFT, WHEEL_DOWN, Report, mouse_report, pointed
from loop.terminal.screen import Screen

ONE = question("the SRAM Rival shifter of my Canyon rubs", "SRAM=BRAND 93")
KEYS = keymap(LABELS)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("\x1b[<0;5;7M", Report(LEFT, 4, 6)),
        ("\x1b[<32;300;7M", Report(DRAGGED, 299, 6)),
        ("\x1b[<65;1;1M", Report(WHEEL_DOWN, 0, 0)),
        ("\x1b[<0;5;7m", None),
        ("\x1b[<2;5;7M", None),
        ("\x1b[M !!", None),
    ],
)
def test_what_the_terminal_reports_is_read(data: str, expected: Report | None) -> None:
    assert expected == mouse_report(data)


def test_a_click_puts_the_cursor_and_a_drag_selects_for_a_label_key() -> None:
    state = pointed(begin(page_of(ONE, LABELS)), 2, dragged=False)
    dragged = pointed(pointed(state, 3, dragged=True), 4, dragged=True)

    assert (2, "edit") == (state.cursor, state.stance)
    assert ("select", 2, 4) == (dragged.stance, dragged.anchor, dragged.cursor)
    assert ["Rival shifter of"] == [
        dragged.page.string(m.start, m.end) for m in press(dragged, "2", KEYS).marks if m.label == "PART"
    ]


def test_a_click_while_something_is_typed_does_nothing() -> None:
    typing = press(begin(page_of(ONE, LABELS)), "m", KEYS)

    assert typing is pointed(typing, 3, dragged=False)


def click(controller: Controller, word: str) -> None:
    """Click in the middle of a word, where the screen draws it."""
    screen = Screen()
    rows = ["".join(text for _, text in row) for row in screen.draw(controller, 60, 24)]
    row = next(i for i, line in enumerate(rows) if word in line and "rubs" in line)
    token = screen.token_at(controller, rows[row].index(word) + 1, row)
    assert controller.state is not None
    assert token is not None
    controller.state = pointed(controller.state, token, dragged=False)


def test_a_cell_of_the_screen_is_known_as_its_word(sit_down: Callable[..., Controller]) -> None:
    controller, screen = sit_down(ONE), Screen()
    rows = ["".join(text for _, text in row) for row in screen.draw(controller, 30, 24)]
    row = next(i for i, line in enumerate(rows) if "SRAM Rival" in line)
    below = next(i for i, line in enumerate(rows) if "Canyon" in line and i > row)

    assert 1 == screen.token_at(controller, rows[row].index("SRAM"), row)
    assert 2 == screen.token_at(controller, rows[row].index("Rival") + 2, row + 1)
    assert 6 == screen.token_at(controller, rows[below].index("Canyon"), below)
    assert None is screen.token_at(controller, 5, 0)
    assert None is screen.token_at(controller, 5, below + 6)


@pytest.mark.parametrize(
    ("word", "line", "label"),
    [
        ("SRAM", " “SRAM”  BRAND 93%", "BRAND"),
        ("Rival", " “SRAM Rival”  PART? 40%   not marked: y marks it, d says no", "PART"),
        ("Canyon", " “Canyon”  BRAND? 34%   not marked: y marks it, d says no", "BRAND"),
    ],
)
def test_the_span_line_and_y_work_on_what_was_clicked(
    sit_down: Callable[..., Controller], word: str, line: str, label: str
) -> None:
    marked = ["SRAM=BRAND 93"] if word == "SRAM" else []
    controller = sit_down(question(ONE.text.text, *marked, uncertain=["SRAM Rival=PART 40", "Canyon=BRAND 34"]))
    controller.press("end")
    click(controller, word)
    assert controller.state is not None
    told = "".join(piece for _, piece in frame.in_hand(controller.state, controller.keys, 80)).rstrip()
    controller.press("y")

    assert told.startswith(line)
    assert [label] == [mark.label for mark in controller.state.now.touched]
    assert word in controller.state.page.string(*controller.state.now.touched[0][:2])


def test_a_click_beside_all_spans_and_candidates_shows_none_and_takes_none(sit_down: Callable[..., Controller]) -> None:
    controller = sit_down(ONE)
    controller.press("tab")
    click(controller, "rubs")
    controller.press("y")
    assert controller.state is not None

    assert ((), None) == (controller.state.now.touched, controller.state.target)


@pytest.mark.integration
def test_the_mouse_works_in_a_terminal_and_a_key_switches_it_off(tmp_path: Path) -> None:
    lay_out(tmp_path / "shop", [ONE])
    terminal = Terminal(tmp_path / "shop").wait("SRAM Rival")
    lines = terminal.screen.display
    row = next(i for i, line in enumerate(lines) if "SRAM Rival" in line)
    column = lines[row].index("Rival")
    terminal.child.send(
        f"\x1b[<0;{column + 1};{row + 1}M\x1b[<32;{column + 8};{row + 1}M\x1b[<0;{column + 8};{row + 1}m"
    )
    terminal.wait("extend").press("2").wait("“Rival shifter” is PART.")
    terminal.child.send("\x18")
    terminal.wait("The mouse is off").press("q").end()

    assert terminal.raw.rfind(b"\x1b[?1002l") > terminal.raw.rfind(b"\x1b[?1002h") > 0
    assert terminal.restored()
