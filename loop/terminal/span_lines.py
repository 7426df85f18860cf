"""Spans, and in a review the versions, as lines of text for the line mode."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from loop.editing import Page, State, chances, is_decided
from loop.records import TokenSpan
from loop.terminal.body import percent
from loop.terminal.commands import numbered_spans, range_of, words_of
from loop.terminal.glyphs import visible


def span_lines(state: State) -> Iterator[str]:
    """Yield a numbered line for each span and candidate."""
    page, known = state.page, chances(state)
    if not state.marks:
        yield "No spans are marked."
    for number, mark in enumerate(numbered_spans(state), 1):
        notes = [range_of(state, mark)]
        if mark not in state.marks:
            gone = ", taken back by the model" if mark in state.now.gone else ""
            notes.append(f"not marked, a candidate{percent(known.get(mark))}{gone}")
        elif mark in state.now.touched:
            notes.append("decided by you")
        else:
            notes.append(
                "agreed on"
                if page.versions
                else f"suggested{percent(known.get(mark))}{', new' if mark in state.now.moved else ''}"
            )
        string = visible(page.string(mark.start, mark.end))
        yield f"{number}. “{string}” {visible(mark.label)}, {', '.join(notes)}"


def version_lines(state: State) -> Iterator[str]:
    """Yield a line for each version, and one for each difference; none in other sessions."""
    page = state.page
    for number, version in enumerate(page.versions, 1):
        note = f" ({visible(version.note)})" if version.note else ""
        if version.marks is None:
            yield f"Version {number}, {visible(version.name)}: {visible(version.note)}"
        else:
            yield f"Version {number}, {visible(version.name)}: {_marks(page, version.marks)}{note}"
    for number, one in enumerate(page.differences, 1):
        said = ((n, marks) for n, marks in enumerate(one.said, 1) if marks is not None)
        ways = "; ".join(f"{n} {_marks(page, marks)}" for n, marks in said)
        decided = ", decided" if is_decided(state, one) else ""
        yield f"Difference {number}, {words_of(state, (one.start, one.end))}{decided}: {ways}"


def _marks(page: Page, marks: Iterable[TokenSpan]) -> str:
    named = (f"“{visible(page.string(mark.start, mark.end))}” {visible(mark.label)}" for mark in marks)
    return ", ".join(named) or "nothing"
