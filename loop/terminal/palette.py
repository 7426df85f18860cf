"""The palette: everything the annotator can do here, found by a part of its name, its help or its key. No drawing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from loop.editing import Keymap, State, give, possible
from loop.editing.keymap import NOT_IN_REVIEW, key_name
from loop.editing.prompts import REASONS, skip
from loop.records import Mode, Text
from loop.store import Past
from loop.terminal.finder import Finder, history
from loop.terminal.messages import MODES, WHAT_MODES_ARE

if TYPE_CHECKING:
    from loop.terminal.controller import Controller

# What is possible while there is no text.
WAITING = ("reopen", "guidelines", "history", "search", "mode", "learn", "progress", "palette", "help", "mouse", "quit")
# What commands do in other stances than their help says.
SELECTED = {"select": "drop the selection", "undo": "drop the selection"}
LETTERS = {
    "left": "one letter to the left",
    "right": "one letter to the right",
    "first": "to the first letter",
    "last": "to the last letter",
    "select": "select letters from here",
    "undo": "back to whole words",
    "characters": "back to whole words",
}
WORDS = {"select": SELECTED, "chars": LETTERS}
LABEL = "mark the word under the cursor, or relabel the span or candidate there"
LABELS = {"select": "mark the selected words", "chars": "mark the words of these letters"}
SUSPEND = "back to the shell for a while: `fg` returns"


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do: `name` is counted, `title` shown; `keys` are all keys for it, spelled as in the help."""

    name: str
    title: str
    words: str
    keys: tuple[str, ...]
    run: Callable[[Controller], object]

    @property
    def sought(self) -> str:
        """What is searched."""
        return " ".join((self.name, self.title, self.words, *self.keys)).casefold()


AnyFinder = Finder[Past] | Finder[Text] | Finder[Action]


def palette(controller: Controller) -> Finder[Action]:
    """Return the list of everything possible now, most used first."""
    known = sorted(actions(controller), key=lambda action: -controller.uses[action.name])

    def look(typed: str, _: bool) -> Sequence[Action]:
        words = typed.casefold().split()
        found = [action for action in known if all(word in action.sought for word in words)]
        # Of equally used ones, those whose name says it.
        named = {action.name for action in found if all(word in action.title.casefold() for word in words)}
        return sorted(found, key=lambda action: (-controller.uses[action.name], action.name not in named))

    return Finder("What you can do here", "Nothing that you can do here is called this.", "do it", look).found()


def waiting(controller: Controller) -> tuple[str, ...]:
    """Return the commands that are possible while there is no text."""
    absent = NOT_IN_REVIEW if controller.session.versions else ()
    return tuple(name for name in WAITING if name not in absent)


def actions(controller: Controller) -> Iterator[Action]:
    """Yield everything possible now: commands, labels, and what takes several keys or has none."""
    keys, state = controller.keys, controller.state
    names = set(possible(state) if state is not None else waiting(controller)) - {"palette"}
    if controller.reopened is None and not controller.session.versions:
        names -= {"onward"}
    words = WORDS.get(state.stance, {}) if state is not None else {}
    for command in keys.table:
        if command.name in names:
            yield _command(command.name, words.get(command.name, command.words), keys)
    if state is not None:
        yield from (_label(name, LABELS.get(state.stance, LABEL), keys) for name in keys.labels)
    if "skip" in names and not controller.session.versions:
        yield from (_skip(key, reason, keys) for key, reason in REASONS.items())
    if "mode" in names:
        yield from _modes(controller)
    if "history" in names:
        pressed = _pressed(keys, "history", "Tab")
        yield Action("hard cases", "hard cases", "earlier answers with a flag or a memo", pressed, _hard_cases)
    yield Action("suspend", "suspend", SUSPEND, ("Ctrl+Z",), lambda controller: setattr(controller, "suspended", True))


def _command(name: str, words: str, keys: Keymap) -> Action:
    shown = tuple(key_name(key) for key in keys.keys[name])
    return Action(name, name.replace("_", " "), words, shown, lambda controller: controller.command(name))


def _label(label: str, words: str, keys: Keymap) -> Action:
    shown = tuple(key for key in (keys.digits.get(label), keys.letters.get(label)) if key)
    return Action(
        f"label {label}", label, words, shown, lambda controller: controller.do(lambda state: give(state, label))
    )


def _skip(key: str, reason: str, keys: Keymap) -> Action:
    def run(controller: Controller) -> None:
        controller.do(lambda state: skip(replace(state, anchor=None), reason))

    pressed = _pressed(keys, "skip", key)
    return Action(f"skip {reason}", f"skip: {reason}", "skip this text for this reason", pressed, run)


def _hard_cases(controller: Controller) -> None:
    controller.look_in(history(controller.session, hard=True))


def _modes(controller: Controller) -> Iterator[Action]:
    """The modes that questions are not asked in now."""
    here = MODES.index(controller.session.mode)
    for steps in range(1, len(MODES)):
        mode = MODES[(here + steps) % len(MODES)]
        key = _pressed(controller.keys, "mode", *[key_name(controller.keys.first("mode"))] * (steps - 1))
        yield Action(f"{mode} mode", f"{mode} mode", WHAT_MODES_ARE[mode], key, partial(_ask_in, mode))


def _ask_in(mode: Mode, controller: Controller) -> None:
    controller.change_mode(mode)


def _pressed(keys: Keymap, command: str, *more: str) -> tuple[str, ...]:
    """The keys to press one after the other; none if the command has no key."""
    first = key_name(keys.first(command))
    return (" ".join((first, *more)),) if first else ()


def counted(key: str, state: State, keys: Keymap) -> list[str]:
    """Return the name that a key press counts for; none if the key does nothing here."""
    names = possible(state)
    if key in keys.by_key:
        return [f"label {keys.by_key[key]}"] if names else []
    name = keys.commands.get(key)
    return [name] if name in names else []
