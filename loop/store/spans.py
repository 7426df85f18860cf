"""Spans as the store keeps them."""

from __future__ import annotations

import json
from collections.abc import Iterable

from loop.records import Span


def dump_spans(spans: Iterable[Span]) -> str:
    """Spans as a JSON list of [start, end, label]."""
    return json.dumps([triple(span) for span in spans], ensure_ascii=False)


def load_spans(value: str) -> tuple[Span, ...]:
    """The spans that `dump_spans` wrote."""
    return tuple(Span(*each) for each in json.loads(value))


def triple(span: Span) -> list[int | str]:
    """A span as JSON has it: [start, end, label]."""
    return [span.start, span.end, span.label]
