"""A question's lattice as the editor wants it: readings and likely marks, given what the annotator has decided."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, TypeAlias

from loop.editing import Likely, Range, Suggester
from loop.errors import LatticeError
from loop.records import Question, TokenSpan

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from loop.lattice import Lattice

Decided = tuple[tuple[TokenSpan, ...], tuple[Range, ...]]
"""What is fixed, and where there is nothing else."""

Columns: TypeAlias = "tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.object_], NDArray[np.float64]]"
"""Of likely marks: starts, ends, labels and probabilities."""

REMEMBERED = 64  # combinations of decisions: undo comes back to them
EPSILON = 0.02  # marks below this are neither shown nor offered: a long text has thousands


class LatticeSuggester:
    """Readings from a lattice, unpacked when first asked: a text that is simply accepted costs nothing.

    The last answers are remembered: the screen asks for the same ones at every drawing.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._given = lru_cache(REMEMBERED)(self._decide)
        self._readings = lru_cache(REMEMBERED)(self._best)
        self._likely = lru_cache(REMEMBERED)(self._probable)

    def prepare(self) -> None:
        """Unpack the lattice and read it, while there is time: what an edit changes of it is found faster then."""
        self._lattice.best()

    def readings(self, fixed: Sequence[TokenSpan], blank: Sequence[Range], k: int) -> Sequence[tuple[TokenSpan, ...]]:
        """Return up to `k` readings that agree with what is decided, best first; none when none does."""
        return self._readings((tuple(fixed), tuple(blank)), k)

    def likely(
        self, fixed: Sequence[TokenSpan], blank: Sequence[Range], least: float = 0.0, over: Range | None = None
    ) -> Sequence[Likely]:
        """Return every mark of at least 2 % given what is decided, the most probable first."""
        columns = self._likely((tuple(fixed), tuple(blank)))
        if columns is None:
            return []
        start, end, _, p = columns
        wanted = p >= least
        if over is not None:
            wanted &= (start < over[1]) & (over[0] < end)
        rows = zip(*(column[wanted].tolist() for column in columns), strict=True)
        return [Likely(TokenSpan(start, end, label), p) for start, end, label, p in rows]

    def _best(self, decided: Decided, k: int) -> list[tuple[TokenSpan, ...]]:
        lattice = self._given(decided)
        return [reading.spans for reading in lattice.best(k)] if lattice else []

    def _probable(self, decided: Decided) -> Columns | None:
        lattice = self._given(decided)
        if lattice is None:
            return None
        start, end, label, p = lattice.columns(EPSILON)
        order = (-p).argsort(kind="stable")  # they come sorted by place, and stay so among equals
        return start[order], end[order], label[order], p[order]

    def _decide(self, decided: Decided) -> Lattice | None:
        fixed, blank = decided
        inside = {token for mark in fixed for token in range(mark.start, mark.end)}
        outside = {token for start, end in blank for token in range(start, end)} - inside
        try:
            return self._lattice.given(fixed=fixed, outside=sorted(outside))
        except LatticeError:
            return None

    @cached_property
    def _lattice(self) -> Lattice:
        from loop.lattice import Lattice

        return Lattice.from_bytes(self._data)


def suggester_of(question: Question) -> Suggester | None:
    """Return the question's suggester, or None when no model has read the text."""
    return LatticeSuggester(question.lattice) if question.lattice else None
