"""The terminal's own cursor: screen readers and braille displays read what it stands on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from real_terminal import Terminal
from terminal_project import lay_out, question
from test_controller import keys

from loop.terminal.body import Row
from loop.terminal.controller import Controller
from loop.terminal.painter import cursor_column
from loop.terminal.screen import Screen
from loop.terminal.wrap import wrap

ONE = question("the SRAM Rival shifter of my Canyon rubs", "SRAM=BRAND 93", uncertain=["Canyon=BRAND 34"])
WIDE = question("我的捷安特 链条 e\u0301t坏了 😀 Canyon", "捷安特=BRAND 80")
LONG = question(" ".join(f"word{n}" for n in range(400)), "word300=BRAND 80")
Sit = Callable[..., Controller]


def cursor_in(rows: Sequence[Row]) -> tuple[int, int]:
    """Row and column of the last mark, where the painter puts the cursor."""
    places = enumerate(map(cursor_column, rows))
    return [(row, column) for row, column in places if column is not None][-1]


def at_cursor(controller: Controller, cells: int = 80, lines: int = 24) -> str:
    """What is on the screen from the cursor to the end of its row."""
    drawn = Screen().draw(controller, cells, lines)
    row, column = cursor_in(drawn)
    text = "".join(part for _, part in drawn[row])
    laid = wrap(text, 10 * cells)
    assert 0 <= row < lines

    return next((text[at:] for at in range(len(text)) if laid.columns[at] == column and laid.glyphs[at].width), "")


@pytest.mark.parametrize(
    ("pressed", "expected"),
    [
        ("", "the SRAM Rival shifter of my Canyon rubs"),
        ("end", "rubs"),
        ("tab tab", "Canyon rubs"),
        ("home v right right", "Rival shifter of my Canyon rubs"),
        ("end c right right", "bs"),
        ("end t", "rubs"),
        ("end s", "rubs"),
        ("m o d d", "   Enter saves it"),
        ("/ C a n", "   1 found · Tab next · Enter selects"),
        (": b", "   [BRAND]"),
        ("?", " How it works"),
        ("? down down", "  Enter: that says “these are all the entities in this text”."),
        ("g", "  This project has no guidelines yet: write them into guidelines.md."),
        ("c-o", " "),
        ("enter c-o", "the SRAM Rival shifter of my Canyon rubs  accepted, 1 BRAND"),
        ("c-p", "accept             accept: these are all the spans"),
        ("c-p down d o w n down", "page down          one page down"),
        ("c-f R", " "),
        ("c-t", "Canyon rubs"),
    ],
)
def test_it_stands_on_what_is_in_hand(sit_down: Sit, pressed: str, expected: str) -> None:
    controller = keys(sit_down(ONE, question("another text")), pressed)

    assert at_cursor(controller).startswith(expected)


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (200, 60), (20, 6)])
@pytest.mark.parametrize("asked", [ONE, WIDE, LONG])
def test_it_stands_on_the_first_letter_of_every_word_at_every_size(
    sit_down: Sit, asked: object, size: tuple[int, int]
) -> None:
    controller = keys(sit_down(asked), "home")
    for _ in range(25):
        state = controller.state
        assert state is not None

        assert at_cursor(controller, *size).startswith(state.page.string(state.cursor, state.cursor + 1))
        keys(controller, "right right")


def test_a_text_without_words_has_it_too(sit_down: Sit) -> None:
    controller = sit_down(question("  \t \t"))
    drawn = Screen().draw(controller, 80, 24)

    assert (4, 2) == cursor_in(drawn)


def test_without_a_text_it_stands_on_what_is_said_instead(sit_down: Sit) -> None:
    assert at_cursor(keys(sit_down(ONE), "enter")).startswith("  Every text has been answered, 1 by you.")


def test_a_letter_beyond_the_edge_does_not_put_it_beyond_the_screen(sit_down: Sit) -> None:
    controller = keys(sit_down(question("one two" + " " * 60 + "three")), "home right c right right right right right")
    row, column = cursor_in(Screen().draw(controller, 20, 12))

    assert (True, True) == (row < 12, column < 20)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def on(*questions: object, **more: object) -> Terminal:
        lay_out(tmp_path / "shop", questions)  # type: ignore[arg-type]
        opened.append(Terminal(tmp_path / "shop", **more).wait("Why: "))  # type: ignore[arg-type]
        return opened[-1]

    yield on
    for terminal in opened:
        terminal.close()


def under(terminal: Terminal) -> str:
    """What stands from the cursor on in its row; pyte gives the second cell of a wide character no text."""
    cursor, line = terminal.screen.cursor, terminal.screen.buffer
    return "".join(line[cursor.y][x].data for x in range(cursor.x, terminal.screen.columns)).rstrip()


@pytest.mark.integration
@pytest.mark.parametrize("columns", [100, 40])
def test_in_a_terminal_it_follows_every_key_and_is_given_back(shop: Callable[..., Terminal], columns: int) -> None:
    terminal = shop(ONE, WIDE, columns=columns)
    for pressed, expected in (
        ("home", "the SRAM"), ("right", "SRAM Rival"), ("end", "rubs"), ("tab", "SRAM"), ("m", ""), ("x", ""),
        ("enter", "SRAM"), ("c-p", "next stop"), ("esc", "SRAM"),
    ):  # fmt: skip
        terminal.press(pressed).until(
            lambda expected=expected: under(terminal).startswith(expected), f"{pressed}: {expected!r}"
        )
    terminal.press("enter").wait("Last: accepted").until(
        lambda: under(terminal).startswith("我的捷安特"), "the next text"
    )
    terminal.press("right right").until(lambda: under(terminal).startswith("\u00e9t坏了"), "a wide word")
    terminal.press("q").end()

    assert not terminal.screen.cursor.hidden
    assert terminal.restored()


@pytest.mark.integration
def test_a_move_writes_only_rows_and_one_place_and_never_hides_it(shop: Callable[..., Terminal]) -> None:
    terminal = shop(ONE, WIDE)
    terminal.press("home").until(lambda: under(terminal).startswith("the SRAM"))
    before = len(terminal.raw)
    terminal.press("right right").until(lambda: under(terminal).startswith("Rival"))
    written = terminal.raw[before:].decode()

    assert "\x1b[?25" not in written
    assert re.search(r"\x1b\[5;12H$", written)
