"""Key bindings of commands and labels, and remapping them without conflicts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from loop.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Command:
    """An editing command: `keys` are its default keys; `group` and `words` are for the help."""

    name: str
    keys: tuple[str, ...]
    group: str
    words: str


COMMANDS = (
    Command("accept", ("enter", "a"), "Answer", "accept: these are all the spans (of the passage); in teach mode: yes"),
    Command("none", ("0",), "Answer", "there are no entities in this text"),
    Command("unusable", ("x",), "Answer", "the text is unusable: never ask it again; in teach mode: no"),
    Command("no", ("n",), "Answer", "in teach mode: no, this is none"),
    Command("skip", ("s", "space"), "Answer", "skip this text, with a reason"),
    Command("reopen", ("b", "backspace"), "Answer", "go back to the previous answer and change it"),
    Command("onward", (">", "escape"), "Answer", "leave a reopened answer as it is"),
    Command("next_stop", ("tab", "w"), "Move", "to the next span, or candidate the model left out"),
    Command("previous_stop", ("s-tab", "p"), "Move", "to the previous one"),
    Command("left", ("left", "h"), "Move", "one word to the left"),
    Command("right", ("right", "l"), "Move", "one word to the right"),
    Command("up", ("up",), "Move", "one line up"),
    Command("down", ("down",), "Move", "one line down"),
    Command("page_up", ("pageup",), "Move", "one page up"),
    Command("page_down", ("pagedown",), "Move", "one page down"),
    Command("first", ("home",), "Move", "to the first word"),
    Command("last", ("end",), "Move", "to the last word"),
    Command("jump", ("t",), "Move", "jump: every word shows the letters that lead to it"),
    Command("find", ("/",), "Move", "find in the text: the match becomes the selection"),
    Command("name", (":",), "Change", "label by typing a part of its name"),
    Command("select", ("v",), "Change", "select words from here: move, then a label or Enter"),
    Command("confirm", ("y",), "Change", "this span or candidate is right; in teach mode: yes"),
    Command("delete", ("d", "delete"), "Change", "delete: this is not an entity"),
    Command("right_edge_left", ("j", "s-left", "}"), "Change", "right edge one word to the left"),
    Command("right_edge_right", ("k", "s-right", "]"), "Change", "right edge one word to the right"),
    Command("left_edge_left", ("i", "["), "Change", "left edge one word to the left"),
    Command("left_edge_right", ("o", "{"), "Change", "left edge one word to the right"),
    Command("characters", ("c",), "Change", "select letters: for what the words do not allow"),
    Command("everywhere", ("e",), "Change", "the same string everywhere in this text"),
    Command("next_analysis", ("r",), "Change", "next best analysis of the span, or of the text"),
    Command("previous_analysis", ("R",), "Change", "the analysis before"),
    Command("widen", (")",), "Change", "ask about more of the text around the passage"),
    Command("narrow", ("(",), "Change", "ask about less: Enter then says nothing about the rest of the text"),
    Command("pattern", ("+",), "Change", "the string of this span is a pattern from now on: it is suggested elsewhere"),
    Command("undo", ("u",), "Change", "undo the last edit in this text"),
    Command("redo", ("z",), "Change", "do it again"),
    Command("flag", ("f",), "Note", "flag this text as a hard case"),
    Command("memo", ("m",), "Note", "write a memo on this text"),
    Command("guidelines", ("g",), "Show", "the guidelines of this project, and what its labels mean"),
    Command("history", ("c-o",), "Show", "earlier answers, to change them; Tab there: the hard cases"),
    Command("search", ("c-f",), "Show", "search the texts that nobody has answered: the match is asked next"),
    Command("mode", ("c-t",), "Show", "the next mode: correct, teach (one uncertain span), manual (no suggestions)"),
    Command("learn", ("c-n",), "Show", "learn from the last answers now, without waiting for a whole round"),
    Command("progress", ("=",), "Show", "how good the model is, what more answers would bring, and what to do next"),
    Command("palette", ("c-p",), "Show", "everything you can do here: type a part of its name or help, Enter does it"),
    Command("help", ("?",), "Show", "this help"),
    Command("mouse", ("c-x",), "Show", "mouse on or off: while it is off, the terminal selects text for copying"),
    Command("quit", ("q", "c-c"), "Show", "quit; everything is kept, also a half-done text"),
)

MOST_VERSIONS = 9
TAKES = tuple(f"take_{number}" for number in range(1, MOST_VERSIONS + 1))
# In a review the digits take versions; labels keep their letters.
REVIEW_COMMANDS = (
    *(
        Command(name, (str(n),), "Review", f"take version {n}: of the difference under the cursor, or else all of it")
        for n, name in enumerate(TAKES, 1)
    ),
    Command("nothing", (",",), "Review", "no version is right at the difference under the cursor: nothing is there"),
    Command("note", (";",), "Review", "add a note to the guidelines"),
    Command("retract", ("-",), "Review", "take back the decision on this text: its answers count again"),
)
# Commands that mean something else in a review, and those that only other sessions have.
REVIEW_WORDS = {
    "accept": "store the decision: these are all the spans",
    "skip": "leave this text undecided",
    "reopen": "go back to the previous text, to change its decision",
    "onward": "leave this text as it is, decided or not",
    "next_stop": "to the next difference; without any, to the next span",
    "confirm": "this span is right",
    "flag": "flag the decision",
    "memo": "write a memo on the decision: why",
}
NOT_IN_REVIEW = (
    "unusable", "no", "next_analysis", "previous_analysis", "widen", "narrow", "history", "search", "mode", "learn",
)  # fmt: skip

NAMED = (
    "enter", "space", "tab", "s-tab", "left", "right", "up", "down", "pageup", "pagedown", "home", "end", "backspace",
    "delete", "insert", "escape",
)  # fmt: skip
NAMED_KEY = re.compile(
    r"(s-|c-|c-s-)?(left|right|up|down|home|end|pageup|pagedown|delete|insert)|f([1-9]|1\d|2[0-4])|c-[a-z]|alt-.+"
)
IN_BRACKETS = re.compile(r"\[([a-z_]+\d?)\]")
TERMINALS = {"c-z": "suspends", "c-m": "is Enter", "c-j": "is Enter", "c-i": "is Tab", "c-h": "is Backspace"}

KEY_NAMES = {
    "enter": "Enter", "space": "Space", "tab": "Tab", "s-tab": "Shift+Tab", "left": "←", "right": "→", "up": "↑",
    "down": "↓", "pageup": "PgUp", "pagedown": "PgDn", "home": "Home", "end": "End", "backspace": "Backspace",
    "delete": "Del", "escape": "Esc", "s-left": "Shift+←", "s-right": "Shift+→",
}  # fmt: skip

# They close whatever is open, and cannot be remapped.
CANCEL = ("escape", "c-c", "c-g")

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def key_name(key: str) -> str:
    """Return the usual spelling of a key: "s-tab" is Shift+Tab, "c-f" is Ctrl+F."""
    return KEY_NAMES.get(key) or (f"Ctrl+{key[2:].upper()}" if key.startswith("c-") else key)


@dataclass(frozen=True)
class Keymap:
    """The keys of one session's commands and labels; no key has two meanings.

    Attributes:
        keys: command to its keys. labels: in order; the first nine have a digit, and each has an uppercase letter,
            from its name if possible, until the letters run out. In a review they have no digits.
        table: the commands in the order of the help.
    """

    labels: tuple[str, ...]
    keys: Mapping[str, tuple[str, ...]]
    table: tuple[Command, ...] = COMMANDS

    @cached_property
    def commands(self) -> dict[str, str]:
        """Key to command."""
        return {key: name for name, keys in self.keys.items() for key in keys}

    @cached_property
    def letters(self) -> dict[str, str]:
        """Label to its uppercase letter."""
        free = [letter for letter in LETTERS if letter not in self.commands]
        given: dict[str, str] = {}
        for name in self.labels:
            wanted = [letter for letter in name.upper() if letter in free]
            if wanted or free:
                given[name] = (wanted or free)[0]
                free.remove(given[name])
        return given

    @cached_property
    def digits(self) -> dict[str, str]:
        """Label to its digit."""
        if self.table is not COMMANDS:
            return {}
        digits = [digit for digit in "123456789" if digit not in self.commands]
        return dict(zip(self.labels, digits, strict=False))

    @cached_property
    def by_key(self) -> dict[str, str]:
        """Digit or letter to label."""
        return {key: name for keys in (self.letters, self.digits) for name, key in keys.items()}

    def first(self, command: str) -> str:
        """Return the command's first key, the one shown on screen, or "" if it has none."""
        return next(iter(self.keys[command]), "")

    def worded(self, message: str) -> str:
        """Return a message with commands in brackets, such as "[delete]", replaced by their keys.

        A command without a key is shown by its name.
        """
        if "[" not in message:
            return message
        return IN_BRACKETS.sub(lambda found: self._named(found[1]) or found[0], message)

    def _named(self, command: str) -> str:
        return key_name(self.first(command)) if self.keys.get(command) else ""


def keymap(labels: Sequence[str], changes: Mapping[str, Sequence[str]] | None = None, *, versions: int = 0) -> Keymap:
    """Return the default keymap with some commands remapped; a command may end up without a key.

    With `versions`, the keymap of a review of that many versions. Of its own commands, those that are not remapped
    leave their keys to others that are.

    Raises:
        SettingsError: an unknown command or key, or one key for two commands; the message names them.
    """
    changes = changes or {}
    review = [one for one in REVIEW_COMMANDS if versions and one.name not in TAKES[versions:]]
    taken = {key for wanted in changes.values() for key in wanted}
    keys = {one.name: tuple(key for key in one.keys if key not in taken) for one in review}
    keys |= {command.name: command.keys for command in COMMANDS}
    known = [command.name for command in (*COMMANDS, *REVIEW_COMMANDS)]
    for name, wanted in changes.items():
        if name not in known:
            raise SettingsError(f"[keys] {name} is not a command.", hint=f"The commands are {', '.join(known)}.")
        _check_keys(name, wanted)
        if name in keys:
            keys[name] = tuple(wanted)
    owner: dict[str, str] = {}
    for name, own in keys.items():
        for key in own:
            if key in owner:
                raise SettingsError(
                    f"[keys] {key} is bound to both {owner[key]} and {name}.", hint="Give one of them another key."
                )
            owner[key] = name
    return Keymap(tuple(labels), keys, (*review, *_reworded()) if versions else COMMANDS)


def _reworded() -> Iterator[Command]:
    for command in COMMANDS:
        if command.name not in NOT_IN_REVIEW:
            yield replace(command, words=REVIEW_WORDS.get(command.name, command.words))


def _check_keys(command: str, wanted: Sequence[str]) -> None:
    for key in wanted:
        if key in TERMINALS:
            raise SettingsError(
                f"[keys] {command}: {key} {TERMINALS[key]} in every terminal.", hint="Choose another letter after c-."
            )
        character = len(key) == 1 and key.isprintable() and not key.isspace()
        if not character and key not in NAMED and not NAMED_KEY.fullmatch(key):
            raise SettingsError(
                f"[keys] {command}: {key!r} is not a key.",
                hint=f"A key is a character, c- and a letter, f1 to f24, or one of {', '.join(NAMED)}.",
            )
