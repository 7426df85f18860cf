"""Spans that do not fit the tokens, and spans that overlap."""

from __future__ import annotations

from bisect import bisect, bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from loop.records import Span


def widened(spans: Iterable[Span], words: Sequence[tuple[int, int]]) -> list[Span | None]:
    """Each span widened to the words it touches (character offsets, in order); None where it touches none."""
    starts, ends = [start for start, _ in words], [end for _, end in words]
    fitted: list[Span | None] = []
    for span in spans:
        first, last = bisect_right(ends, span.start), bisect_left(starts, span.end) - 1
        fitted.append(Span(starts[first], ends[last], span.label) if first <= last else None)
    return fitted


def merged(*sources: Iterable[Span]) -> tuple[Span, ...]:
    """Spans of several sources without overlaps, sorted: a span stays where it touches none of an earlier source.

    The spans of one source must not overlap.
    """
    kept: list[Span] = []
    for source in sources:
        clear = [one for one in source if not any(one.start < other.end and other.start < one.end for other in kept)]
        kept += clear
    return tuple(sorted(kept))


def longest(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans without overlaps, sorted: of those that overlap the longest stays, of equally long ones the first."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start - span.end, span)):
        place = bisect(kept, span)
        clear_before = place == 0 or kept[place - 1].end <= span.start
        clear_after = place == len(kept) or span.end <= kept[place].start
        if clear_before and clear_after:
            kept.insert(place, span)
    return tuple(kept)
