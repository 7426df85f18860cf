"""Checks spans against a text and its tokens, and resolves overlaps."""

from __future__ import annotations

from bisect import bisect, bisect_left, bisect_right
from collections.abc import Container, Iterable, Sequence
from itertools import pairwise

from loop.records import Span


def misfit(
    spans: Iterable[object],
    *,
    size: int,
    labels: Container[str] | None = None,
    tokens: Sequence[tuple[int, int]] | None = None,
    overlapping: bool = False,
) -> str:
    """Describe the first problem with the spans of an answer, without quoting the text; "" if there is none.

    Args:
        spans: the spans, not yet checked to be any.
        size: length of the text in characters.
        labels: the allowed labels; None for any.
        tokens: character offsets of the tokens at whose boundaries spans must begin and end; None for anywhere.
        overlapping: whether spans may overlap.
    """
    found: list[Span] = []
    for span in spans:
        if not (isinstance(span, Span) and type(span.start) is type(span.end) is int and isinstance(span.label, str)):
            return f"{type(span).__name__} is not a Span of whole numbers and a label"
        found.append(span)
    for span in sorted(found):
        problem = _outside(span, size)
        if labels is not None and span.label not in labels:
            problem = "has a label that the project lacks"
        if tokens is not None and not _is_on(span, tokens):
            problem = problem or "does not begin and end at token boundaries"
        if problem:
            return f"the span {_named(span)} {problem}"
    touching = ((one, other) for one, other in pairwise(sorted(found)) if one.end > other.start and not overlapping)
    return next((f"the spans {_named(one)} and {_named(other)} overlap" for one, other in touching), "")


def _outside(span: Span, size: int) -> str:
    if not 0 <= span.start < span.end:
        return "is empty or begins before the text"
    return f"ends after the text, which has {size} characters" if span.end > size else ""


def _is_on(span: Span, tokens: Sequence[tuple[int, int]]) -> bool:
    return span.start in {start for start, _ in tokens} and span.end in {end for _, end in tokens}


def _named(span: Span) -> str:
    return f"{span.start}-{span.end} {span.label}"


def widened(spans: Iterable[Span], words: Sequence[tuple[int, int]]) -> list[Span | None]:
    """Widen each span to the words it touches (character offsets, in order); None for a span that touches none."""
    starts, ends = [start for start, _ in words], [end for _, end in words]
    fitted: list[Span | None] = []
    for span in spans:
        first, last = bisect_right(ends, span.start), bisect_left(starts, span.end) - 1
        fitted.append(Span(starts[first], ends[last], span.label) if first <= last else None)
    return fitted


def merged(*sources: Iterable[Span]) -> tuple[Span, ...]:
    """Merge spans of several sources without overlaps, sorted: earlier sources take precedence.

    The spans of one source must not overlap.
    """
    kept: list[Span] = []
    for source in sources:
        clear = [one for one in source if not any(map(one.overlaps, kept))]
        kept += clear
    return tuple(sorted(kept))


def filter_spans(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Resolve overlaps as spaCy's `filter_spans` does: the longest span stays, or else the first; sorted."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start - span.end, span)):
        place = bisect(kept, span)
        clear_before = place == 0 or kept[place - 1].end <= span.start
        clear_after = place == len(kept) or span.end <= kept[place].start
        if clear_before and clear_after:
            kept.insert(place, span)
    return tuple(kept)
