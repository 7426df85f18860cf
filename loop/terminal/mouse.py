"""The mouse: a click puts the cursor on a word, a drag selects words. Everything it does a key does, too."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from loop.editing import State

SGR = re.compile(r"\x1b\[<(\d+);(\d+);(\d+)([Mm])")  # xterm: button, column, row, press (M) or release (m)
LEFT, DRAGGED, WHEEL_UP, WHEEL_DOWN = 0, 32, 64, 65
LINES_PER_TURN = 3


class Report(NamedTuple):
    """What the mouse did in the cell (`column`, `row`), counted from 0: a press, a drag or a turn of its wheel."""

    button: int
    column: int
    row: int


def report(data: str) -> Report | None:
    """Return what a terminal's escape sequence says, or None for releases, other buttons and other sequences."""
    match = SGR.fullmatch(data)
    if match is None or match[4] == "m" or int(match[1]) not in (LEFT, DRAGGED, WHEEL_UP, WHEEL_DOWN):
        return None
    return Report(int(match[1]), int(match[2]) - 1, int(match[3]) - 1)


def pointed(state: State, token: int, *, dragged: bool) -> State:
    """Return the state after a click on, or a drag to, a token; nothing happens while something is typed."""
    if state.stance not in ("edit", "select") or not state.page.words:
        return state
    word = state.page.step(token, 0)
    moved = replace(state, cursor=word, focus=None, rest=False, message="", cycle=None, intent=None)
    if not dragged or state.page.mode == "teach":
        return replace(moved, stance="edit", anchor=None)
    if state.stance == "select":
        return moved
    return moved if word == state.cursor else replace(moved, stance="select", anchor=state.cursor)
