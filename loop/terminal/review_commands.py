"""The commands of the line mode that only a review has."""

from __future__ import annotations

from dataclasses import replace

from loop.editing import COMMANDS, Keymap, State
from loop.editing.state import Intent
from loop.editing.versions import nothing, take
from loop.terminal.commands import VERBS, Act, MisunderstoodError, Verb, command

# These belong to sessions that ask.
ELSEWHERE = ("no", "other", "widen", "narrow", "unusable", "mode", "learn")


def verbs(keys: Keymap) -> tuple[Verb, ...]:
    """Return the commands of a session with this keymap."""
    return VERBS if keys.table is COMMANDS else (*REVIEW_VERBS, *(verb for verb in VERBS if verb.name not in ELSEWHERE))


def _take(rest: str, state: State, _: Keymap) -> Act:
    version, where = rest.split(maxsplit=1) if " " in rest else (rest, "")
    number = _number(version, len(state.page.versions), "version")
    if not where:
        return lambda state: take(number)(replace(state, rest=True))
    place = state.page.differences[_number(where, len(state.page.differences), "difference")]
    return lambda state: take(number)(replace(state, cursor=place.start, rest=False))


def _nothing(rest: str, state: State, _: Keymap) -> Act:
    place = state.page.differences[_number(rest, len(state.page.differences), "difference")]
    return lambda state: nothing(replace(state, cursor=place.start, rest=False))


def _number(number: str, count: int, what: str) -> int:
    if not number.isdecimal() or not 1 <= int(number) <= count:
        raise MisunderstoodError(
            f"Name a {what} by its number, 1 to {count}." if count else f"There is no {what} here."
        )
    return int(number) - 1


def _note(rest: str, _: State, __: Keymap) -> Act:
    if not rest:
        raise MisunderstoodError("note: give what to add to the guidelines.")
    return lambda state: replace(state, intent=Intent("note", note=rest))


REVIEW_VERBS = (
    Verb("take", "1 [2]", "take version 1, all of it or at difference 2", _take),
    Verb("nothing", "2", "no version is right at difference 2: nothing is there", _nothing),
    Verb("retract", "", "take back the decision on this text", command("retract")),
    Verb("note", "TEXT", "add a note to the guidelines", _note),
)
