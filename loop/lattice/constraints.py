"""Constraints on a text's analyses: correct spans, wrong spans, tokens outside any entity."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from loop.errors import LatticeError
from loop.lattice.arcs import OUTSIDE, Arcs
from loop.lattice.transitions import Transitions
from loop.records import TokenSpan


@dataclass(frozen=True)
class Constraints:
    """Constraints that every remaining analysis satisfies.

    Attributes:
        fixed: spans it contains.
        excluded: spans it does not contain.
        outside: indices of tokens that no entity covers.
    """

    fixed: frozenset[TokenSpan] = frozenset()
    excluded: frozenset[TokenSpan] = frozenset()
    outside: frozenset[int] = frozenset()

    @classmethod
    def of(
        cls,
        n_tokens: int,
        fixed: Iterable[TokenSpan] = (),
        excluded: Iterable[TokenSpan] = (),
        outside: Iterable[int] = (),
    ) -> Constraints:
        """Check and build the constraints on a text of `n_tokens` tokens.

        Raises:
            LatticeError: a span or token lies outside the text, or two constraints contradict each other.
        """
        found = cls(frozenset(fixed), frozenset(excluded), frozenset(outside))
        spans = found.fixed | found.excluded
        tokens = {*found.outside, *(s.start for s in spans), *(s.end - 1 for s in spans)}
        if not tokens <= set(range(n_tokens)) or any(s.start >= s.end for s in spans):
            raise LatticeError(f"A span or token lies outside this text of {n_tokens} tokens.")
        found._check()
        return found

    @property
    def settled(self) -> frozenset[int]:
        """The tokens whose tags are certain: those outside and those of fixed spans."""
        return self.outside.union(*(range(span.start, span.end) for span in self.fixed))

    @property
    def runs(self) -> list[tuple[int, int]]:
        """The settled tokens as maximal ranges (start, end), left to right."""
        tokens = np.array(sorted(self.settled), dtype=np.int64)
        apart = np.flatnonzero(np.diff(tokens) > 1)
        starts, ends = np.concatenate((tokens[:1], tokens[apart + 1])), np.concatenate((tokens[apart], tokens[-1:]))
        return list(zip(starts.tolist(), (ends + 1).tolist(), strict=True))

    def joined(self, other: Constraints) -> Constraints:
        """The union of both.

        Raises:
            LatticeError: they contradict each other.
        """
        both = Constraints(self.fixed | other.fixed, self.excluded | other.excluded, self.outside | other.outside)
        both._check()
        return both

    def _check(self) -> None:
        if self.fixed & self.excluded:
            raise LatticeError("The same span is both fixed and excluded.")
        ordered = sorted(self.fixed)
        if any(left.end > right.start for left, right in pairwise(ordered)):
            raise LatticeError("Two fixed spans overlap.")
        if any(span.start <= i < span.end for span in ordered for i in self.outside):
            raise LatticeError("A token is both outside and part of a fixed span.")


NOTHING = Constraints()


def constrained(transitions: Transitions, arcs: Arcs, known: Constraints) -> tuple[tuple[str, ...], Arcs]:
    """The labels and arcs of the analyses that satisfy the constraints.

    Fixed spans and outside tokens are part of every remaining analysis, so their weights cancel out. They are set to
    1, even where the lattice had no arc for them.
    """
    if known == NOTHING:
        return transitions.labels, arcs
    new = sorted({span.label for span in known.fixed} - set(transitions.labels))
    labels = (*transitions.labels, *new)
    arcs = _without(arcs, known, labels)
    fixed = [(span.start, span.end, labels.index(span.label)) for span in known.fixed]
    rows = np.array(sorted(fixed + [(i, i + 1, OUTSIDE) for i in known.outside]), dtype=np.int64).reshape(-1, 3)
    at = np.searchsorted(arcs.start, rows[:, 0])
    return labels, replace(
        arcs,
        start=np.insert(arcs.start, at, rows[:, 0]),
        end=np.insert(arcs.end, at, rows[:, 1]),
        label=np.insert(arcs.label, at, rows[:, 2]),
        weight=np.insert(arcs.weight, at, 0.0),
    )


def _without(arcs: Arcs, known: Constraints, labels: tuple[str, ...]) -> Arcs:
    settled = np.zeros(len(arcs.lost) - 1, dtype=bool)
    settled[list(known.settled)] = True
    count = np.concatenate(([0], np.cumsum(settled)))
    keep = count[arcs.start] == count[arcs.end]
    for span in known.excluded:
        label = labels.index(span.label) if span.label in labels else len(labels)
        keep &= ~((arcs.start == span.start) & (arcs.end == span.end) & (arcs.label == label))
    lost = np.where(np.append(settled, False), 0.0, arcs.lost)
    return Arcs(arcs.start[keep], arcs.end[keep], arcs.label[keep], arcs.weight[keep], lost)
