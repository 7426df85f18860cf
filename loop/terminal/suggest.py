"""A question's lattice as the editor wants it: readings and likely marks, given what the annotator has decided."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from loop.editing import Likely, Mark, Range, Suggester
from loop.errors import LatticeError
from loop.records import Question

if TYPE_CHECKING:
    from loop.lattice import Lattice

EPSILON = 0.01  # marks below this are neither shown nor offered


class LatticeSuggester:
    """Readings from a lattice, unpacked when first asked: a text that is simply accepted costs nothing."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._given: Callable[[tuple[Mark, ...], tuple[Range, ...]], Lattice | None] = lru_cache(64)(self._decide)

    def readings(self, fixed: Sequence[Mark], blank: Sequence[Range], k: int) -> list[tuple[Mark, ...]]:
        """Return up to `k` readings that agree with what is decided, best first; none when none does."""
        lattice = self._given(tuple(fixed), tuple(blank))
        if lattice is None:
            return []
        return [tuple(Mark(*span) for span in reading.spans) for reading in lattice.best(k)]

    def likely(self, fixed: Sequence[Mark], blank: Sequence[Range]) -> list[Likely]:
        """Return every mark of at least 1 % given what is decided, the most probable first."""
        lattice = self._given(tuple(fixed), tuple(blank))
        if lattice is None:
            return []
        found = [Likely(Mark(*span), p) for span, p in lattice.spans(EPSILON)]
        return sorted(found, key=lambda item: (-(item.p or 0.0), item.mark))

    def _decide(self, fixed: tuple[Mark, ...], blank: tuple[Range, ...]) -> Lattice | None:
        from loop.lattice import TokenSpan  # numpy takes a tenth of a second: after the first screen

        inside = {token for mark in fixed for token in range(mark.start, mark.end)}
        outside = {token for start, end in blank for token in range(start, end)} - inside
        try:
            return self._lattice().given(fixed=[TokenSpan(*mark) for mark in fixed], outside=sorted(outside))
        except LatticeError:
            return None

    def _lattice(self) -> Lattice:
        from loop.lattice import Lattice

        return Lattice.from_bytes(self._data)


def suggester_of(question: Question) -> Suggester | None:
    """Return the question's suggester, or None when no model has read the text."""
    return LatticeSuggester(question.lattice) if question.lattice else None
