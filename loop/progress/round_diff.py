"""Compare two rounds text by text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from loop.intervals import Range, counts, difference, over_units
from loop.records import Span


@dataclass(frozen=True, slots=True)
class TextDiff:
    """The spans two rounds found in a text.

    Attributes:
        one, other: the spans each round found. right: the gold spans, None if unknown.
        unit: of resampling, see `GoldText`.
    """

    text: str
    one: tuple[Span, ...]
    other: tuple[Span, ...]
    right: tuple[Span, ...] | None
    unit: str = ""

    @property
    def differs(self) -> bool:
        """Whether they found different spans."""
        return set(self.one) != set(self.other)

    @property
    def gain(self) -> int:
        """By how many spans `other` is closer to the gold spans; negative if it is further away."""
        if self.right is None:
            return 0
        right = set(self.right)
        return len(right ^ set(self.one)) - len(right ^ set(self.other))


def gained(texts: Sequence[TextDiff], labels: Sequence[str]) -> tuple[float, Range | None] | None:
    """The difference in F1 (points) of `other` to `one`, and its interval; None without gold spans.

    The interval is None if there are too few texts.
    """
    said = [text for text in texts if text.right is not None]
    if not said:
        return None
    right, units = [text.right or () for text in said], [text.unit for text in said]
    sides = ([text.one for text in said], [text.other for text in said])
    table = np.stack([over_units(counts(side, right, labels).sum(axis=1), units) for side in sides], axis=1)
    before, now, interval = difference(table)
    return now - before, interval
