"""Character mode: select letter by letter; the selection is widened to whole tokens, which the model can learn."""

from __future__ import annotations

from dataclasses import replace

from loop.editing.edits import put
from loop.editing.keymap import CANCEL, Keymap
from loop.editing.marks import Range
from loop.editing.state import Intent, State, refuse
from loop.records import TokenSpan

STEPS = {"left": -1, "right": 1, "first": -(10**9), "last": 10**9}
COMMANDS = (*STEPS, "select", "undo", "characters", "palette")


def open_characters(state: State) -> State:
    """Start a selection at the first letter of the word under the cursor."""
    if not state.page.words:
        return refuse(state, "This text has no word to select.")
    return replace(
        state, stance="chars", char=state.page.tokens[state.cursor][0], char_anchor=None, focus=None, rest=False
    )


def selected_range(state: State) -> Range:
    """Return the characters selected so far: at least the one under the cursor."""
    anchor = state.char if state.char_anchor is None else state.char_anchor
    return min(anchor, state.char), max(anchor, state.char) + 1


def selecting(state: State, key: str, keys: Keymap) -> State:
    """Handle one key in character mode; editing commands that make sense here keep their keys."""
    command = keys.commands.get(key, "")
    if key == "enter" or key in keys.by_key:
        return close(state, keys.by_key.get(key, state.active))
    if key in (*CANCEL, "backspace"):
        return act(state, "undo")
    if command in COMMANDS:
        return act(state, command)
    return refuse(
        state, "Letter by letter: [select] starts, [left] [right] move, then a label or Enter; [undo] cancels."
    )


def act(state: State, command: str) -> State:
    """Return the state after one of the `COMMANDS`."""
    if command in STEPS:
        return _step(state, STEPS[command])
    if command == "select":
        return replace(state, char_anchor=state.char)
    if command == "palette":
        return replace(state, intent=Intent("palette"))
    return replace(state, stance="edit", message="Back to whole words.")


def _step(state: State, by: int) -> State:
    char = max(0, min(len(state.page.text) - 1, state.char + by))
    token = state.page.cover(char, char + 1)
    return replace(state, char=char, cursor=state.page.nearest_place(token[0]) if token else state.cursor)


def close(state: State, label: str) -> State:
    """Give the selected letters a label, widened to whole words."""
    start, end = selected_range(state)
    tokens = state.page.cover(start, end)
    if tokens is None:
        return refuse(state, "The selection contains no word.")
    wanted, got = state.page.text[start:end].strip(), state.page.string(*tokens)
    message = f"“{got}” is {label}."
    if wanted != got:
        message = f"The model learns whole words: “{wanted}” was widened to “{got}”, which is {label}."
    return put(replace(state, active=label), TokenSpan(*tokens, label), message=message)
