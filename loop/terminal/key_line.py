"""The line of key hints at the bottom, the most useful first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from loop.editing import Keymap, State, left_out, possible, undecided
from loop.editing.keymap import TAKES, key_name
from loop.editing.prompts import REASONS
from loop.editing.versions import difference_here
from loop.terminal.body import Row
from loop.terminal.controller import Controller
from loop.terminal.glyphs import visible, width
from loop.terminal.palette import AnyFinder, waiting

Hint = tuple[str, str]
"""A command or a key, and what it does here."""

ACCEPT: Hint = ("accept", "accept")
FIRST: tuple[Hint, ...] = (("none", "none here"), ("help", "all keys"))
NEXT: Hint = ("next_stop", "next span")
ELSEWHERE: tuple[Hint, ...] = (("select", "select words"), ("right", "move"), ("jump", "jump"))
ON_SPAN: tuple[Hint, ...] = (
    ("delete", "delete"), ("right_edge_right", "widen"), ("right_edge_left", "narrow"),
    ("next_analysis", "alternatives"),
)  # fmt: skip
ON_CANDIDATE: tuple[Hint, ...] = (("confirm", "yes"), ("delete", "no"), ("right_edge_right", "widen"))
ALWAYS: tuple[Hint, ...] = (
    ("skip", "skip"), ("palette", "commands"), ("unusable", "unusable"), ("guidelines", "guidelines"), ("quit", "quit"),
)  # fmt: skip
TEACH: tuple[Hint, ...] = (
    ("accept", "yes"), ("no", "no"), ("help", "all keys"), ("right_edge_right", "widen"),
    ("left_edge_left", "to the left"), ("name", "another label"), ("skip", "skip"), ("reopen", "previous answer"),
    ("mode", "mode"), ("palette", "commands"), ("quit", "quit"),
)  # fmt: skip
REVIEW: tuple[Hint, ...] = (
    ("skip", "leave undecided"), ("memo", "why"), ("help", "all keys"), ("reopen", "previous"),
    ("guidelines", "guidelines"), ("note", "add to them"), ("quit", "quit"),
)  # fmt: skip
NO_TEXT: tuple[Hint, ...] = (
    ("reopen", "previous answer"), ("history", "earlier answers"), ("palette", "commands"), ("quit", "quit"),
)  # fmt: skip


def key_line(controller: Controller, cells: int) -> Row:
    """Return the line of key hints for the current stance."""
    if controller.finder is not None:
        return _row(_finding(controller.finder), cells)
    if controller.view != "text":
        return _row([("↑↓", "scroll"), ("other keys", "back to the text")], cells)
    if controller.state is None:
        possible_now = waiting(controller)
        return _row(_named([hint for hint in NO_TEXT if hint[0] in (*possible_now, "palette")], controller.keys), cells)
    state, keys = controller.state, controller.keys
    hints = _open(state, keys) or (_reviewing(state, keys) if state.page.versions else _named(_editing(state), keys))
    return _row(hints, cells)


def _finding(finder: AnyFinder) -> list[Hint]:
    hard = [("Tab", "all of them" if finder.hard else "hard cases only")] if finder.hard is not None else []
    return [("↑↓", "choose"), ("Enter", "search" if finder.stale else finder.enter), ("Backspace", "back"), *hard]


def _open(state: State, keys: Keymap) -> list[Hint]:
    """The hints for a stance other than editing; empty while editing."""
    sideways = "".join(key_name(keys.first(command)) for command in ("left", "right"))
    cancel = (key_name(keys.first("undo") or "escape"), "cancel")
    if state.stance == "select":
        return [(sideways, "extend"), ("label key", "mark"), ("Enter", visible(state.active)), cancel]
    if state.stance == "chars":
        return [
            (key_name(keys.first("select")), "begin"),
            (sideways, "letter"),
            ("label key", "mark the words"),
            cancel,
        ]
    if state.stance == "jump":
        return [("letters", "go to that word"), ("Backspace", "cancel")]
    if state.stance == "skip":
        return [(" ".join((*REASONS, key_name(keys.first("skip")))), "skip"), ("other keys", "back to the text")]
    if state.stance in ("name", "find", "memo", "note"):
        return [("Enter", "take"), ("Tab", "next"), ("Backspace", "delete, cancel")]
    return []


def _editing(state: State) -> Sequence[Hint]:
    if state.page.mode == "teach":
        return TEACH
    answer = [ACCEPT, *FIRST] if state.marks else FIRST
    target = None if state.rest else state.target
    if target is not None:
        here = ON_SPAN if target in state.marks else ON_CANDIDATE
    else:
        here = (NEXT, *ELSEWHERE) if state.marks or left_out(state) else ELSEWHERE
    undo: Sequence[Hint] = [("undo", "undo")] if state.past else []
    return [*answer, *here, *undo, *ALWAYS]


def _reviewing(state: State, keys: Keymap) -> list[Hint]:
    takes = [key_name(keys.first(name)) for name in possible(state) if name in TAKES]
    taken = "take it here" if difference_here(state) else "take all of it"
    take: list[Hint] = [(f"{takes[0]}-{takes[-1]}" if len(takes) > 1 else takes[0], taken)] if any(takes) else []
    left, accept = undecided(state), ("accept", "store")
    first = [("next_stop", "next difference")] * bool(state.page.differences)
    more = [*([] if left else [accept]), *first, *([("nothing", "nothing here")] if difference_here(state) else [])]
    undo: Sequence[Hint] = [("undo", "undo")] if state.past else []
    return [*take, *_named([*more, *undo, *REVIEW], keys)]


def _named(hints: Iterable[Hint], keys: Keymap) -> list[Hint]:
    return [(key_name(keys.first(command)), words) for command, words in hints if keys.keys[command]]


def _row(hints: Iterable[Hint], cells: int) -> Row:
    row: Row = []
    used = 0
    for key, words in hints:
        gap = "  " if row else " "
        used += len(gap) + width(key) + 1 + width(words)
        if used > cells:
            break
        row += [("", gap), ("class:key", key), ("class:quiet", f" {words}")]
    return row
