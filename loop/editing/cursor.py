"""Cursor movement: by words, lines, spans and candidates; jump hints; find in text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product

from loop.editing.marks import Range
from loop.editing.state import State, left_out, refuse
from loop.records import TokenSpan

HINTS = "asdfghjklqwertyuiopzxcvbnm"  # home row first: the nearest words get the easiest letters


def to(state: State, token: int, *, focus: TokenSpan | None = None) -> State:
    """Return the state with the cursor on the word `token`, or the nearest of the passage; a selection ends there."""
    return replace(state, cursor=state.page.nearest_place(token), focus=focus, rest=False)


def by_words(count: int) -> Callable[[State], State]:
    """Return the move by `count` words to the right (left when negative)."""
    return lambda state: to(state, state.page.step(state.cursor, count))


def to_first(state: State) -> State:
    """Move to the first word."""
    return to(state, state.page.step(0, 0))


def to_last(state: State) -> State:
    """Move to the last word."""
    return to(state, state.page.step(max(0, len(state.page.tokens) - 1), 0))


def by_rows(count: int) -> Callable[[State], State]:
    """Return the move by `count` lines of the screen, to the word nearest in column."""
    return lambda state: _by_rows(state, count)


def by_pages(count: int) -> Callable[[State], State]:
    """Return the move by `count` heights of the screen, less a line; the text scrolls by as much."""
    return lambda state: _by_pages(state, count)


def _by_pages(state: State, count: int) -> State:
    layout = state.layout
    rows = count * max(1, layout.height - 1)
    return replace(_by_rows(state, rows), layout=replace(layout, top=max(0, layout.top + rows)))


def _by_rows(state: State, count: int) -> State:
    cells = state.layout.cells
    if len(cells) != len(state.page.tokens) or not state.page.places:
        return to(state, state.page.step(state.cursor, 10 * count))
    row, column = cells[state.cursor]
    rows = [cells[word][0] for word in state.page.places]
    aim = max(rows[0], min(rows[-1], row + count))
    aim = min(rows, key=lambda r: (abs(r - aim), r))  # rows of white space hold no word
    near = [word for word, r in zip(state.page.places, rows, strict=True) if r == aim]
    return to(state, min(near, key=lambda word: abs(cells[word][1] - column)))


def stops(state: State) -> tuple[TokenSpan, ...]:
    """Return what Tab visits, from left to right: the marks and the likely candidates left out."""
    return tuple(sorted([*state.now.marks, *(item.mark for item in left_out(state))]))


def to_next_stop(state: State) -> State:
    """Move to the next span or candidate, from the last one to the first."""
    here, place = state.cursor - state.rest, state.page.nearest_place
    return _stop(state, lambda found: next((m for m in found if place(m.start) > here), found[0]))


def to_previous_stop(state: State) -> State:
    """Move to the previous span or candidate, from the first one to the last."""
    place = state.page.nearest_place
    return _stop(state, lambda found: next((m for m in reversed(found) if place(m.start) < state.cursor), found[-1]))


def _stop(state: State, choose: Callable[[tuple[TokenSpan, ...]], TokenSpan]) -> State:
    found = stops(state)
    if not found:
        return refuse(state, "No spans and no likely candidates here: [select] selects words, [find] finds them.")
    mark = choose(found)
    return to(state, mark.start, focus=None if mark in state.now.marks else mark)


def hints(state: State) -> dict[str, int]:
    """Return the jump hints: letters to the word they lead to; the nearest words have the shortest.

    No hint begins another one. At most 676 words, the nearest that the screen shows, have one.
    """
    first, last = state.layout.visible or (0, len(state.page.tokens))
    words = [w for w in state.page.places if first <= w < last and w != state.cursor]
    nearest = sorted(words, key=lambda word: (abs(word - state.cursor), word))[: len(HINTS) ** 2]
    letters = len(HINTS)
    prefixes = max(0, -(-(len(nearest) - letters) // (letters - 1)))
    short = HINTS[: letters - prefixes]
    long = ("".join(pair) for pair in product(HINTS[letters - prefixes :], HINTS))
    return dict(zip([*short, *long], nearest, strict=False))


def matches(state: State) -> list[Range]:
    """Return where the text holds what has been typed at `/`, the first one after the cursor first."""
    found = state.page.occurrences(state.typed)
    return [r for r in found if r[1] > state.cursor] + [r for r in found if r[1] <= state.cursor]


def chosen_match(state: State) -> Range | None:
    """Return the match chosen, or None when there is none."""
    found = matches(state) if state.stance == "find" else []
    return found[state.choice % len(found)] if found else None


def selection(state: State) -> Range | None:
    """Return the token range selected or found so far, or None when nothing is."""
    if (found := chosen_match(state)) is not None:
        return found
    if state.anchor is None:
        return None
    return min(state.anchor, state.cursor), max(state.anchor, state.cursor) + 1
