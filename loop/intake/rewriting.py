"""Rewrite parts of a text, and move the spans with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from loop.errors import InputError
from loop.formats import RawText
from loop.records import Span


class Edit(NamedTuple):
    """Replace the characters from `start` to `end` (exclusive) with `new`."""

    start: int
    end: int
    new: str


def rewritten(text: str, edits: Iterable[Edit]) -> str:
    """Return the text after edits that are in order and do not overlap."""
    parts, done = [], 0
    for start, end, new in edits:
        parts += [text[done:start], new]
        done = end
    return "".join([*parts, text[done:]])


def rewrite(raw: RawText, edits: Sequence[Edit]) -> RawText:
    """Return the row after edits that are in order and do not overlap, its spans and suggestions on the same words.

    Its answer keeps the old offsets.

    Raises:
        InputError: a span begins or ends inside an edit, or nothing is left of it.
    """
    text = rewritten(raw.text, edits)
    spans = None if raw.spans is None else _moved(raw, raw.spans, edits, text)
    return replace(raw, text=text, spans=spans, suggested=_moved(raw, raw.suggested, edits, text))


def _moved(raw: RawText, spans: Iterable[Span], edits: Sequence[Edit], text: str) -> tuple[Span, ...]:
    moved = []
    for span in spans:
        start, end = (_moved_offset(offset, edits) for offset in (span.start, span.end))
        if start is None or end is None or not (covered := text[start:end]).strip():
            problem = f"its span {span.start}-{span.end} begins, ends or lies inside what would be rewritten."
            hint = "Correct the span, or leave out the option that rewrites the text."
            raise InputError(raw.source, problem, line=raw.line, hint=hint)
        start, end = start + len(covered) - len(covered.lstrip()), start + len(covered.rstrip())
        moved.append(replace(span, start=start, end=end))
    return tuple(moved)


def _moved_offset(offset: int, edits: Iterable[Edit]) -> int | None:
    """The offset after the edits; None if it is inside one."""
    shift = 0
    for start, end, new in edits:
        if start < offset < end:
            return None
        if end <= offset:
            shift += len(new) - (end - start)
    return offset + shift
