"""Suggestions for the editor from a question's lattice, conditional on the annotator's decisions so far."""

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
"""The fixed spans, and the ranges that hold no other entity."""

Columns: TypeAlias = "tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.object_], NDArray[np.float64]]"
"""Likely spans as arrays: starts, ends, labels and probabilities."""

REMEMBERED = 64  # combinations of decisions: undo returns to earlier ones
EPSILON = 0.02  # less probable spans are not offered: a long text has thousands


class LatticeSuggester:
    """Suggestions from a lattice, which is unpacked on first use: accepting a text as it is costs nothing.

    Caches the latest results, since each redraw of the screen requests the same ones.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._given = lru_cache(REMEMBERED)(self._decide)
        self._analyses = lru_cache(REMEMBERED)(self._best)
        self._likely = lru_cache(REMEMBERED)(self._probable)

    def prepare(self) -> None:
        """Unpack the lattice and fill the caches while the program is idle; the first edit is faster then."""
        self._lattice.best()

    def analyses(self, fixed: Sequence[TokenSpan], blank: Sequence[Range], k: int) -> Sequence[tuple[TokenSpan, ...]]:
        """Return up to `k` analyses compatible with the decisions, best first; none if the lattice has none."""
        return self._analyses((tuple(fixed), tuple(blank)), k)

    def likely(
        self, fixed: Sequence[TokenSpan], blank: Sequence[Range], least: float = 0.0, over: Range | None = None
    ) -> Sequence[Likely]:
        """Return the spans with a probability of at least 2% given the decisions, the most probable first.

        Args:
            fixed: spans the annotator has decided on.
            blank: token ranges without any other entity.
            least: a higher minimum probability.
            over: only spans that overlap this token range.
        """
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
        return [analysis.spans for analysis in lattice.best(k)] if lattice else []

    def _probable(self, decided: Decided) -> Columns | None:
        lattice = self._given(decided)
        if lattice is None:
            return None
        start, end, label, p = lattice.columns(EPSILON)
        order = (-p).argsort(kind="stable")  # ties stay in text order
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
    """Return the question's suggester, or None if no model has read the text."""
    return LatticeSuggester(question.lattice) if question.lattice else None
