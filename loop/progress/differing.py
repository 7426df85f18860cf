"""Texts in which two rounds find different spans."""

from __future__ import annotations

from dataclasses import dataclass

from loop.records import Span


@dataclass(frozen=True, slots=True)
class Compared:
    """What two rounds found in a text.

    Attributes:
        one, other: the spans that each found. right: the right ones, None where nobody said.
    """

    text: str
    one: tuple[Span, ...]
    other: tuple[Span, ...]
    right: tuple[Span, ...] | None

    @property
    def differs(self) -> bool:
        """Whether they found different spans."""
        return set(self.one) != set(self.other)

    @property
    def gain(self) -> int:
        """By how many spans the other one is nearer to what is right; negative where it is further away."""
        if self.right is None:
            return 0
        right = set(self.right)
        return len(right ^ set(self.one)) - len(right ^ set(self.other))
