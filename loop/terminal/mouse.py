"""The mouse: a click moves the cursor to a word, a drag selects words. Keys can do the same."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from loop.editing import State

SGR = re.compile(r"\x1b\[<(\d+);(\d+);(\d+)([Mm])")  # xterm: button, column, row, press (M) or release (m)
LEFT, DRAGGED, WHEEL_UP, WHEEL_DOWN = 0, 32, 64, 65
LINES_PER_TURN = 3


class Report(NamedTuple):
    """A press, a drag or a turn of the wheel in the cell (`column`, `row`), counted from 0."""

    button: int
    column: int
    row: int


def mouse_report(data: str) -> Report | None:
    """Parse a terminal's escape sequence; None for releases, other buttons and other sequences."""
    match = SGR.fullmatch(data)
    if match is None or match[4] == "m" or int(match[1]) not in (LEFT, DRAGGED, WHEEL_UP, WHEEL_DOWN):
        return None
    return Report(int(match[1]), int(match[2]) - 1, int(match[3]) - 1)


def pointed(state: State, token: int, *, dragged: bool) -> State:
    """Return the state after a click on a token or a drag to it; unchanged while typing at a prompt."""
    if state.stance not in ("edit", "select") or not state.page.words:
        return state
    word = state.page.nearest_place(state.page.step(token, 0))
    moved = replace(state, cursor=word, focus=None, rest=False, message="", cycle=None, intent=None)
    if not dragged or state.page.mode == "teach":
        return replace(moved, stance="edit", anchor=None)
    if state.stance == "select":
        return moved
    return moved if word == state.cursor else replace(moved, stance="select", anchor=state.cursor)
