"""Match the spans a model found with the gold spans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Literal, NamedTuple

from loop.records import Span

Kind = Literal["right", "label", "edges", "both", "missed", "spurious"]
Edges = Literal["right", "longer", "shorter", "shifted"]
EDGES: tuple[Edges, ...] = ("right", "longer", "shorter", "shifted")


class Match(NamedTuple):
    """A gold span and the span found in its place; either may be None."""

    gold: Span | None
    found: Span | None

    @property
    def kind(self) -> Kind:
        """The kind of mistake: label, edges, both, missed or spurious."""
        if self.gold is None or self.found is None:
            return "spurious" if self.gold is None else "missed"
        label, edges = self.gold.label == self.found.label, _place(self.gold) == _place(self.found)
        return "right" if label and edges else "label" if edges else "edges" if label else "both"

    @property
    def edges(self) -> Edges | None:
        """How the found edges relate to the gold ones; None if either span is missing."""
        if self.gold is None or self.found is None:
            return None
        if _place(self.gold) == _place(self.found):
            return "right"
        if self.found.contains(self.gold):
            return "longer"
        if self.gold.contains(self.found):
            return "shorter"
        return "shifted"

    @property
    def start(self) -> int:
        """The character where it starts in the text."""
        return min(span.start for span in (self.gold, self.found) if span)


def matched(gold: Collection[Span], found: Collection[Span]) -> list[Match]:
    """Match gold with found spans, in the order of the text; every span is in exactly one match.

    Spans with the same edges match first; then overlapping ones, preferring the same label, then a larger overlap.
    """
    left, right = sorted(set(gold)), sorted(set(found))
    pairs = sorted(
        ((_closeness(one, other), one, other) for one in left for other in right if _overlap(one, other)), reverse=True
    )
    matches: list[Match] = []
    for _, one, other in pairs:
        if one in left and other in right:
            left.remove(one)
            right.remove(other)
            matches.append(Match(one, other))
    matches += [Match(one, None) for one in left] + [Match(None, other) for other in right]
    return sorted(matches, key=lambda match: match.start)


def _place(span: Span) -> tuple[int, int]:
    return span.start, span.end


def _overlap(one: Span, other: Span) -> int:
    return max(0, min(one.end, other.end) - max(one.start, other.start))


def _closeness(one: Span, other: Span) -> tuple[bool, bool, int]:
    return _place(one) == _place(other), one.label == other.label, _overlap(one, other)


def strict_f1(texts: Iterable[tuple[Collection[Span], Collection[Span]]]) -> float | None:
    """F1 in percent of one side's spans against the other's, all texts together; the same in both directions.

    None where neither side has a span.
    """
    sides = [(set(one), set(other)) for one, other in texts]
    total = sum(len(one) + len(other) for one, other in sides)
    return 200 * sum(len(one & other) for one, other in sides) / total if total else None


def label_confusion(matches: Iterable[Match]) -> Counter[tuple[str, str]]:
    """Counts of (gold label, found label); "" stands for no span."""
    return Counter((one.gold.label if one.gold else "", one.found.label if one.found else "") for one in matches)


def edge_confusion(matches: Iterable[Match]) -> Counter[tuple[str, Edges]]:
    """Counts of (label, relation of the edges) for spans found with the right label."""
    return Counter(
        (one.gold.label, one.edges)
        for one in matches
        if one.gold and one.found and one.edges and one.gold.label == one.found.label
    )
