"""Serialisation of spans in the store."""

from __future__ import annotations

import json
from collections.abc import Iterable

from loop.records import Passage, Span


def dump_spans(spans: Iterable[Span]) -> str:
    """Serialise spans to a JSON list of [start, end, label]."""
    return json.dumps([triple(span) for span in spans], ensure_ascii=False)


def load_spans(value: str) -> tuple[Span, ...]:
    """Load spans written by `dump_spans`.

    Raises:
        ValueError, TypeError: `value` is not such a list.
    """
    spans = tuple(Span(*each) for each in json.loads(value))
    if not all(type(s.start) is type(s.end) is int and type(s.label) is str for s in spans):
        raise TypeError("a span is two whole numbers and a label")
    return spans


def dump_passage(passage: Passage | None) -> str | None:
    """Serialise a passage to the JSON list [start, end]."""
    return None if passage is None else json.dumps(passage)


def load_passage(value: str | None) -> Passage | None:
    """Load a passage written by `dump_passage`.

    Raises:
        ValueError, TypeError: `value` is not such a list.
    """
    if value is None:
        return None
    start, end = json.loads(value)
    if not (type(start) is type(end) is int and 0 <= start < end):
        raise ValueError("a passage is two whole numbers, the first of them smaller")
    return start, end


def triple(span: Span) -> list[int | str]:
    """Convert a span to the JSON list [start, end, label]."""
    return [span.start, span.end, span.label]
