"""A pattern made of the span under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loop.editing import State
from loop.editing.edits import shorten

if TYPE_CHECKING:
    from loop.session import Session


def add_pattern(session: Session, state: State) -> str:
    """Make the span or candidate under the cursor a pattern; return a sentence about it, empty without a span."""
    target = state.target
    if target is None:
        return ""
    string = state.page.string(target.start, target.end)
    file = session.add_pattern(string, target.label)
    known = f"“{shorten(string)}” is already a pattern for {target.label}."
    added = f"Added “{shorten(string)}” as a pattern for {target.label} to {file}."
    return added if file else known
