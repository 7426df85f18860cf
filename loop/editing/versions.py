"""Review: the versions of several annotators beside the text, and the edits that take one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from loop.editing import cursor as moving
from loop.editing import edits as changing
from loop.editing import prompts
from loop.editing.keymap import NOT_IN_REVIEW, TAKES
from loop.editing.marks import Page, Range, lay, overlap
from loop.editing.state import Intent, State, change, refuse, remember
from loop.records import TokenSpan

ELSEWHERE = "This is not part of a review: [accept] stores your decision, [skip] leaves the text undecided."


class Version(NamedTuple):
    """What some annotators marked.

    Attributes:
        name: of the annotators. note: what else they said: a flag, a memo, the reason of a skip.
        marks: theirs; None if they skipped the text.
        asked: the tokens that they were asked about; None for all.
    """

    name: str
    note: str
    marks: tuple[TokenSpan, ...] | None
    asked: tuple[Range, ...] | None = None


class Difference(NamedTuple):
    """A place, in tokens, where versions differ: what each marked there; None if it was not asked about it."""

    start: int
    end: int
    said: tuple[tuple[TokenSpan, ...] | None, ...]


def is_decided(state: State, difference: Difference) -> bool:
    """Whether the reviewer has decided what is right at a difference."""
    now, place = state.now, difference[:2]
    return any(overlap(mark, place) for mark in now.touched) or any(overlap(blank, place) for blank in now.blank)


def undecided(state: State) -> list[Difference]:
    """Return the differences that are not decided yet."""
    return [one for one in state.page.differences if not is_decided(state, one)]


def difference_here(state: State) -> Difference | None:
    """Return the difference under the cursor; None before the cursor has moved."""
    found = (one for one in state.page.differences if one.start <= state.cursor < one.end)
    return None if state.rest else next(found, None)


def take(number: int) -> Callable[[State], State]:
    """Return the edit that takes a version, by its index: at the difference under the cursor, or else all of it."""
    return lambda state: _take(state, number)


def _take(state: State, number: int) -> State:
    versions = state.page.versions
    if number >= len(versions):
        return refuse(state, f"There is no version {number + 1}.")
    version = versions[number]
    if version.marks is None:
        return refuse(state, f"{version.name} {version.note}: there is nothing to take.")
    here = difference_here(state)
    if here is None:
        return _take_all(state, number, version.marks)
    said = here.said[number]
    if said is None:
        return refuse(state, f"{version.name} was not asked about this.")
    return decide(state, here, said, f"Taken from {version.name}.")


def decide(state: State, place: Difference, marks: tuple[TokenSpan, ...], message: str) -> State:
    """Decide that these marks are right at a place, and no others; go on to the next difference that is undecided."""
    drop = [mark for mark in state.marks if overlap(mark, place[:2]) and mark not in marks]
    state = change(state, put=marks, drop=drop, blank=[place[:2]], cursor=place.start)
    left = undecided(state)
    after = [one for one in left if one.start > state.cursor] or left
    there = moving.to(state, after[0].start) if after else state
    return replace(there, message=f"{message} {_left_words(len(left))}")


def _left_words(count: int) -> str:
    if not count:
        return "All is decided: [accept] stores it."
    return f"{count} difference{'' if count == 1 else 's'} left."


def _take_all(state: State, number: int, marks: tuple[TokenSpan, ...]) -> State:
    page, name = state.page, state.page.versions[number].name
    known = [one for one in page.differences if one.said[number] is not None]
    taken = tuple(mark for one in known for mark in one.said[number] or ())
    blank = tuple((one.start, one.end) for one in known)
    new = replace(state.now, marks=lay(marks, page.suggested), touched=lay(taken, ()), blank=blank, moved=(), gone=())
    after = replace(remember(state, new), rest=state.rest)
    return replace(after, message=f"Taken all from {name}. {_left_words(len(undecided(after)))}")


def to_next_difference(state: State) -> State:
    """Move to the next difference, from the last one to the first; without any, to the next span."""
    found = state.page.differences
    if not found:
        return moving.to_next_stop(state)
    here = state.cursor - state.rest
    return _at(state, next((one for one in found if one.start > here), found[0]))


def to_previous_difference(state: State) -> State:
    """Move to the previous difference, from the first one to the last; without any, to the previous span."""
    found = state.page.differences
    if not found:
        return moving.to_previous_stop(state)
    return _at(state, next((one for one in reversed(found) if one.start < state.cursor), found[-1]))


def _at(state: State, difference: Difference) -> State:
    return moving.to(state, difference.start)


def nothing(state: State) -> State:
    """Decide that nothing is right at the difference under the cursor."""
    here = difference_here(state)
    if here is None:
        return refuse(state, "No difference here: [next_stop] goes to the next one.")
    return decide(state, here, (), "Nothing is there.")


def delete(state: State) -> State:
    """Reject the span under the cursor; at a difference without one, decide that nothing is there."""
    is_empty = state.target is None and difference_here(state) is not None
    return nothing(state) if is_empty else changing.delete(state)


def accept(state: State) -> State:
    """Store the decision, unless a difference is left undecided."""
    left = undecided(state)
    if not left:
        return replace(state, intent=Intent("answer"))
    count = "A difference is" if len(left) == 1 else f"{len(left)} differences are"
    takes = " ".join(f"[{name}]" for name in TAKES[: len(state.page.versions)])
    words = f"take a version ({takes}), mark words, or say that nothing is there ([nothing])"
    return refuse(_at(state, left[0]), f"{count} not decided: {words}.")


def compared(page: Page, versions: tuple[Version, ...], differences: tuple[Difference, ...]) -> Page:
    """Return the page with the versions to compare on it."""
    return replace(page, versions=versions, differences=differences)


def not_here(state: State) -> State:
    """Refuse a command that belongs to other sessions."""
    return refuse(state, ELSEWHERE)


# In a review, which decides between versions.
REVIEW: dict[str, Callable[[State], State]] = {
    **{name: take(number) for number, name in enumerate(TAKES)},
    "nothing": nothing,
    "note": prompts.open_prompt("note"),
    "retract": lambda state: replace(state, intent=Intent("retract")),
    "accept": accept,
    "delete": delete,
    "next_stop": to_next_difference,
    "previous_stop": to_previous_difference,
    "skip": lambda state: replace(state, intent=Intent("onward")),
    **dict.fromkeys(NOT_IN_REVIEW, not_here),
}
