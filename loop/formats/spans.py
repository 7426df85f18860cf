"""Read the spans of a row and convert their offsets to characters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from loop.formats.prodigy import own_fields
from loop.formats.raw import BadRowError, Note
from loop.formats.units import CHARACTERS, GivenSpan, OffsetUnit
from loop.records import Span
from loop.settings import label_problem


class RowSpans(NamedTuple):
    """The spans of a row, in its order (None if it says nothing about spans); `notes` are for the user."""

    spans: list[Span] | None
    suggested: list[Span]
    notes: tuple[Note, ...]


def read_spans(row: Mapping[str, Any], text: str, unit: OffsetUnit, number: int) -> RowSpans:
    """Return the given and the suggested spans of a row; `unit` is its file's, `number` its line.

    Raises:
        BadRowError: they are not lists of spans, or a span is outside the text.
    """
    said = row.get("spans")
    given = _given([] if said is None else said)
    suggested = _given(own_fields(row).get("suggested") or [])
    offsets = [one for one, _ in (*given, *suggested)]
    if not offsets:
        return RowSpans(None if said is None else [], [], ())
    read = (OffsetUnit(CHARACTERS) if _counts_characters(row, text) else unit).read(text, offsets, number)
    labels = [label for _, label in (*given, *suggested)]
    spans = [Span(*place, label) for place, label in zip(read.places, labels, strict=True)]
    converted = read.places != tuple((one.start, one.end) for one in offsets)
    notes = (Note(f"Offsets converted from {read.words}", number),) if converted else ()
    return RowSpans(None if said is None else spans[: len(given)], spans[len(given) :], notes)


def _given(rows: Any) -> list[tuple[GivenSpan, str]]:
    if not isinstance(rows, list):
        raise BadRowError("its spans are not a list.")
    return [_one(row, n) for n, row in enumerate(rows, start=1)]


def _one(row: Any, n: int) -> tuple[GivenSpan, str]:
    if not isinstance(row, Mapping):
        raise BadRowError(f"span {n} is not a JSON object.")
    start, end, label, covered = (row.get(name) for name in ("start", "end", "label", "text"))
    if type(start) is not int or type(end) is not int:
        raise BadRowError(f"span {n} has no whole numbers for start and end.")
    if not isinstance(label, str) or label_problem((label,)):
        raise BadRowError(f"span {n} has no label, or one with spaces or control characters.")
    return GivenSpan(start, end, covered if isinstance(covered, str) else None), label


def _counts_characters(row: Mapping[str, Any], text: str) -> bool:
    """Whether the offsets certainly count characters: `loop` wrote the row, or its tokens are at their offsets."""
    tokens = row.get("tokens")
    tokens = tokens if isinstance(tokens, list) else []
    return "id" in own_fields(row) or (bool(tokens) and all(_is_there(token, text) for token in tokens))


def _is_there(token: Any, text: str) -> bool:
    return isinstance(token, Mapping) and text[_place(token)] == token.get("text")


def _place(token: Mapping[str, Any]) -> slice:
    start, end = token.get("start"), token.get("end")
    return slice(start, end) if type(start) is int and type(end) is int else slice(0, 0)
