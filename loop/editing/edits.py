"""Edits of the marks: label, edges, delete, mark everywhere, other predictions, undo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from loop.editing.cursor import selection
from loop.editing.marks import Page, lay, overlap
from loop.editing.state import ANALYSES, Cycle, State, change, follow, likely, refuse, remember
from loop.records import TokenSpan

Side = Literal["left", "right"]

WIDER = 10  # words by which a passage grows or shrinks on either side
SHORT = 30  # characters of a string that a message quotes
NO_SPAN = "No span here: [next_stop] goes to the next one, [select] starts one."


def label(state: State, name: str) -> State:
    """Label the selection, else the candidate in focus, else the span or word under the cursor."""
    state = replace(state, active=name)
    if not state.page.words:
        return refuse(state, "This text has no word to label.")
    chosen = selection(state)
    if chosen is None:
        target = state.target
        chosen = (target.start, target.end) if target else (state.cursor, state.cursor + 1)
    mark = state.page.trim(TokenSpan(*chosen, name))
    if mark is None:
        return refuse(state, "The selection contains no word.")
    return put(state, mark, message=f"“{shorten(state.page.string(mark.start, mark.end))}” is {name}.")


def put(state: State, mark: TokenSpan, message: str = "") -> State:
    """Add `mark` as decided by the annotator and remove every mark it overlaps."""
    return change(state, put=[mark], cursor=mark.start, message=message)


def shorten(string: str) -> str:
    """Return `string` on one line of at most `SHORT` characters, shortened in the middle."""
    string = " ".join(string.split())
    return string if len(string) <= SHORT else f"{string[: SHORT // 2]}…{string[-(SHORT // 2 - 1) :]}"


def confirm(state: State) -> State:
    """Confirm the span or candidate under the cursor."""
    target = state.target
    if target is None:
        return refuse(state, NO_SPAN)
    return put(state, target, message=f"Confirmed: {target.label}.")


def delete(state: State) -> State:
    """Reject the span or candidate under the cursor: nothing is marked there."""
    target = state.target
    if target is None:
        return refuse(state, NO_SPAN)
    return change(state, drop=[target], blank=[(target.start, target.end)], cursor=target.start, message="Deleted.")


def edge(side: Side, by: int) -> Callable[[State], State]:
    """Return the edit that moves one edge of the target by `by` words, trimming a neighbour that is in the way."""
    return lambda state: _move_edge(state, side, by)


def _move_edge(state: State, side: Side, by: int) -> State:
    target = state.target
    if target is None:
        return refuse(state, NO_SPAN)
    shrinks = (side == "left") == (by > 0)
    if shrinks and len(state.page.words_within(target.start, target.end)) == 1:
        return refuse(state, "Only one word is left: [delete] deletes the span.")
    moved = with_edge(state.page, target, side, by)
    if moved == target:
        return refuse(state, "The text ends here.")
    cursor = max(moved.start, min(state.page.step(moved.end - 1, 0), state.cursor))
    rest = [
        piece
        for m in state.marks
        if m != target and overlap(m, moved)
        for piece in _remainder(state.page, m, moved)
        if state.page.asks_about(piece)
    ]
    return change(state, put=[moved, *rest], drop=[target], cursor=cursor)


def with_edge(page: Page, mark: TokenSpan, side: Side, by: int) -> TokenSpan:
    """Return the mark with one edge moved by `by` words."""
    if side == "left":
        return mark._replace(start=page.step(mark.start, by))
    return mark._replace(end=page.step(mark.end - 1, by) + 1)


def _remainder(page: Page, mark: TokenSpan, taken: TokenSpan) -> list[TokenSpan]:
    sides = (mark._replace(end=min(mark.end, taken.start)), mark._replace(start=max(mark.start, taken.end)))
    return [piece for side in sides if side.start < side.end and (piece := page.trim(side))]


def everywhere(state: State) -> State:
    """Give every occurrence of the target's string its label; decided spans stay unchanged."""
    target = state.target
    if target is None:
        return refuse(state, NO_SPAN)
    string = state.page.string(target.start, target.end)
    decided = [m for m in state.now.touched if m != target]
    found = [TokenSpan(*tokens, target.label) for tokens in state.page.occurrences(string)]
    new = [m for m in lay(decided, [target, *found]) if m not in decided]
    count = len([m for m in new if m not in state.marks and m != target])
    message = f"{count} more marked as {target.label}." if count else "It occurs nowhere else in this text."
    return change(state, put=new, cursor=target.start, message=message)


def widen(state: State) -> State:
    """Ask about more of the text: what was suggested there is shown."""
    page = state.page
    if page.passage is None:
        return refuse(state, "This asks about the whole text.")
    start, end = page.step(page.passage[0], -WIDER), page.step(page.passage[1] - 1, WIDER) + 1
    is_whole = not page.is_excerpt and (start, end) == (page.words[0], page.words[-1] + 1)
    if (start, end) == page.passage:
        return refuse(state, "The rest of this document is asked about by itself.")
    wider = page.about(None if is_whole else (start, end))
    marks = lay(state.marks, (mark for mark in wider.suggested if not page.asks_about(mark)))
    new = replace(state.now, marks=marks, moved=(), gone=(), passage=wider.passage)
    message = "Now the whole text is asked about." if is_whole else "The passage is wider."
    return remember(state, new, message=message)


def narrow(state: State) -> State:
    """Ask about less of the text, but not without a span that the annotator decided on, or the cursor."""
    page = state.page
    words = page.places
    if not words:
        return refuse(state, "This text has no words.")
    decided = [state.cursor, *(page.nearest_place(token) for m in state.now.touched for token in (m.start, m.end - 1))]
    start = min(page.step(words[0], WIDER), *decided)
    end = max(page.step(words[-1], -WIDER), *decided) + 1
    if (start, end) == (words[0], words[-1] + 1):
        return refuse(state, "The cursor and your own spans stay in the passage: it cannot be narrower.")
    narrower = page.about((start, end))
    marks = tuple(mark for mark in state.marks if narrower.asks_about(mark))
    new = replace(state.now, marks=marks, moved=(), gone=(), passage=narrower.passage)
    return remember(state, new, message="The passage is narrower.")


def undo(state: State) -> State:
    """Undo the last edit."""
    if not state.past:
        return refuse(state, "Nothing to undo in this text: [reopen] reopens the previous answer.")
    now, cursor = state.past[-1]
    back = replace(state, past=state.past[:-1], future=(*state.future, (state.now, state.cursor)))
    page = state.page.about(now.passage)
    return replace(back, page=page, now=now, cursor=cursor, focus=None, rest=False, message="Undone: [redo] redoes it.")


def redo(state: State) -> State:
    """Redo the edit undone last: `undo` with past and future swapped."""
    if not state.future:
        return refuse(state, "Nothing to redo.")
    again = undo(replace(state, past=state.future, future=state.past))
    return replace(again, past=again.future, future=again.past, message="Redone.")


def analysis(by: int) -> Callable[[State], State]:
    """Return the step through the best predictions for the span under the cursor, or for the text without one.

    Consecutive steps count as one edit, and the cycle includes the marks that were there before.
    """
    return lambda state: _step(state, by)


def _step(state: State, by: int) -> State:
    cycle = state.cycle or Cycle(state, _options(state), 0)
    if not cycle.options:
        return refuse(state, "The model has no other prediction here.")
    index = (cycle.index + by) % (len(cycle.options) + 1)
    shown = _apply(cycle, index)
    what = "the text" if _cycled(cycle.origin) is None else "this span"
    message = f"Prediction {index + 1} of {len(cycle.options) + 1} for {what}."
    return replace(
        shown, cycle=replace(cycle, index=index), message=message, keys=state.keys, layout=state.layout, rest=False
    )


def _cycled(state: State) -> TokenSpan | None:
    return None if state.rest else state.target


def _options(state: State) -> tuple[tuple[TokenSpan, ...], ...]:
    target = _cycled(state)
    if not state.page.aids.analyses:
        return ()
    if target is not None:
        open_now = replace(state.now, touched=tuple(m for m in state.now.touched if m != target))
        others = (item.mark for item in likely(replace(state, now=open_now), over=target[:2]))
        kept = [state.page.trim(m) for m in others if m != target]
        return tuple((m,) for m in dict.fromkeys(kept) if m is not None)[: ANALYSES - 1]
    if state.page.suggester is None:
        return ()
    found = state.page.suggester.analyses(state.now.touched, state.now.blank, ANALYSES)
    followed = dict.fromkeys(follow(state.page, state.now, state.now, marks) for marks in found)
    return tuple(marks for marks in followed if marks != state.marks)


def _apply(cycle: Cycle, index: int) -> State:
    state = cycle.origin
    if index == 0:
        return state
    target, marks = _cycled(state), cycle.options[index - 1]
    if target is not None:
        return change(state, put=marks, drop=[target], cursor=marks[0].start)
    new = [m for m in marks if m not in state.marks]
    gone = [(m.start, m.end) for m in state.marks if m not in marks and not any(overlap(m, n) for n in new)]
    now = state.now
    decided = lay(new, now.touched)
    blank = tuple(sorted({*now.blank, *gone}))
    return remember(state, replace(now, marks=marks, touched=decided, blank=blank, moved=(), gone=()))
