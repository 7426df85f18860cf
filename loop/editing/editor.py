"""The editor: `press(state, key, keys)` returns the next state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from loop.editing import characters, prompts
from loop.editing import cursor as moving
from loop.editing import edits as changing
from loop.editing.keymap import CANCEL, TAKES, Keymap
from loop.editing.state import ONE_SPAN, Intent, State, refuse, remember
from loop.editing.versions import REVIEW, not_here

Act = Callable[[State], State]


def press(state: State, key: str, keys: Keymap) -> State:
    """Return the state after one key.

    `key` is a character, or the name of a key ("enter", "s-tab", "c-c"). The marks stay valid whatever is pressed:
    whole words, sorted, never overlapping. `intent` is set only until the next key.
    """
    after = _pressed(replace(state, message="", intent=None, keys=state.keys + 1), key, keys)
    return replace(after, message=keys.worded(after.message)) if "[" in after.message else after


def _pressed(fresh: State, key: str, keys: Keymap) -> State:
    if fresh.stance in prompts.TAKE:
        return prompts.typing(replace(fresh, cycle=None), key)
    if fresh.stance == "jump":
        return prompts.jumping(fresh, key)
    if fresh.stance == "skip":
        return prompts.skipping(fresh, key, keys)
    if fresh.stance == "chars":
        return characters.selecting(fresh, key, keys)
    if fresh.stance == "select":
        return _selecting(fresh, key, keys)
    return _editing(fresh, key, keys)


def _editing(state: State, key: str, keys: Keymap) -> State:
    if key in keys.by_key:
        return give(state, keys.by_key[key])
    command = keys.commands.get(key)
    if command is None:
        return _unknown(state, key)
    return act(state, command)


def act(state: State, command: str) -> State:
    """Return the state after a command, whether or not a key is bound to it."""
    if state.stance == "chars" and command in characters.COMMANDS:
        return characters.act(state, command)
    if state.stance == "select" and command in SELECTING:
        return SELECTING[command](state)
    if command not in ("next_analysis", "previous_analysis", "palette"):
        state = replace(state, cycle=None)
    state = replace(state, stance="edit", anchor=None)
    return _acts(state)[command](state)


def _acts(state: State) -> dict[str, Act]:
    if state.page.versions:
        return EDITS | REVIEW
    return EDITS | TEACH if state.page.mode == "teach" else EDITS


def give(state: State, label: str) -> State:
    """Return the state after a label's key, whether or not the label has one."""
    if state.stance == "chars":
        return characters.close(state, label)
    return changing.label(replace(state, cycle=None), label)


def possible(state: State) -> list[str]:
    """Return the commands that have an effect in this stance and mode; none while something is typed."""
    if state.stance == "chars":
        return [*characters.COMMANDS]
    if state.stance == "select":
        return [*SELECTING]
    if state.stance != "edit":
        return []
    absent = TAKES[len(state.page.versions) :]
    return [name for name, act in _acts(state).items() if act not in (_no, _not_here, not_here) and name not in absent]


def _selecting(state: State, key: str, keys: Keymap) -> State:
    command = keys.commands.get(key, "")
    if key in keys.by_key:
        return give(state, keys.by_key[key])
    if key == "enter":
        return give(state, state.active)
    if key in (*CANCEL, "backspace"):
        return _drop_selection(state)
    if command in SELECTING:
        return act(state, command)
    return refuse(state, "Selecting: move to the other end, then a label or Enter; [undo] cancels.")


def _drop_selection(state: State) -> State:
    return replace(state, stance="edit", anchor=None, message="Selection cancelled.")


def _unknown(state: State, key: str) -> State:
    if len(key) == 1 and key.isupper():
        return refuse(state, f"{key} is not a label's key. Is Caps Lock on?")
    return refuse(state, f"{key} is not bound to anything here: [help] lists the keys.")


def _accept(state: State) -> State:
    if not state.marks:
        return refuse(state, "No spans are marked: press [none] if the text has none.")
    if state.focus is not None:
        left = "This candidate is not marked: [confirm] marks it, [delete] rejects it, [accept] again ignores it."
        return refuse(replace(state, focus=None), left)
    return replace(state, intent=Intent("answer"))


def _none(state: State) -> State:
    empty = replace(state.now, marks=(), touched=(), blank=((0, len(state.page.tokens)),), moved=(), gone=())
    return replace(remember(state, empty), intent=Intent("answer"))


def _select(state: State) -> State:
    if not state.page.words:
        return refuse(state, "This text has no word to select.")
    return replace(state, stance="select", anchor=state.cursor, focus=None, rest=False)


def _no(state: State) -> State:
    return refuse(state, "“No” is for teach mode: [delete] deletes a span, [none] says there are none.")


def _pattern(state: State) -> State:
    if state.target is None:
        return refuse(state, changing.NO_SPAN)
    return replace(state, intent=Intent("pattern"))


def _not_here(state: State) -> State:
    return refuse(state, ONE_SPAN)


def _flag(state: State) -> State:
    flag = not state.now.flag
    return remember(state, replace(state.now, flag=flag), message="Flagged." if flag else "No longer flagged.")


def _leave(intent: Intent) -> Act:
    return lambda state: replace(state, intent=intent)


MOVES: dict[str, Act] = {
    "left": moving.by_words(-1),
    "right": moving.by_words(1),
    "up": moving.by_rows(-1),
    "down": moving.by_rows(1),
    "page_up": moving.by_pages(-1),
    "page_down": moving.by_pages(1),
    "first": moving.to_first,
    "last": moving.to_last,
    "jump": prompts.open_prompt("jump", "Type the letters of a word."),
    "find": prompts.open_prompt("find"),
    "name": prompts.open_prompt("name"),
}

# While words are selected.
SELECTING: dict[str, Act] = {
    **MOVES,
    "select": _drop_selection,
    "undo": _drop_selection,
    "palette": _leave(Intent("palette")),
}

EDITS: dict[str, Act] = {
    **MOVES,
    "accept": _accept,
    "none": _none,
    "unusable": _leave(Intent("answer", "unusable")),
    "no": _no,
    "skip": prompts.open_prompt("skip", prompts.WHY_SKIP),
    "reopen": _leave(Intent("reopen")),
    "onward": _leave(Intent("onward")),
    "next_stop": moving.to_next_stop,
    "previous_stop": moving.to_previous_stop,
    "select": _select,
    "confirm": changing.confirm,
    "delete": changing.delete,
    "right_edge_left": changing.edge("right", -1),
    "right_edge_right": changing.edge("right", 1),
    "left_edge_left": changing.edge("left", -1),
    "left_edge_right": changing.edge("left", 1),
    "characters": characters.open_characters,
    "everywhere": changing.everywhere,
    "next_analysis": changing.analysis(1),
    "previous_analysis": changing.analysis(-1),
    "widen": changing.widen,
    "narrow": changing.narrow,
    "pattern": _pattern,
    "undo": changing.undo,
    "redo": changing.redo,
    "flag": _flag,
    "memo": prompts.open_memo,
    "guidelines": _leave(Intent("guidelines")),
    "history": _leave(Intent("history")),
    "search": _leave(Intent("search")),
    "mode": _leave(Intent("mode")),
    "learn": _leave(Intent("learn")),
    "progress": _leave(Intent("progress")),
    "palette": _leave(Intent("palette")),
    "help": _leave(Intent("help")),
    "mouse": _leave(Intent("mouse")),
    "quit": _leave(Intent("quit")),
}

# In teach mode, which asks about one span.
TEACH: dict[str, Act] = {
    "accept": _leave(Intent("answer")),
    "confirm": _leave(Intent("answer")),
    "no": _leave(Intent("answer", "reject")),
    "unusable": _leave(Intent("answer", "reject")),
    "none": _not_here,
    "select": _not_here,
    "delete": _not_here,
    "everywhere": _not_here,
    "characters": _not_here,
    "widen": _not_here,
    "narrow": _not_here,
}
