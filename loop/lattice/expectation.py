"""The best analysis of a text judged by its lattice: its probability, the runner-up's, and the expected errors."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from loop.lattice.arcs import OUTSIDE, Arcs
from loop.lattice.paths import best_paths
from loop.lattice.transitions import Floats


class Expectation(NamedTuple):
    """Expected errors of a text's best analysis. Counts are expected values over all analyses, except for `shown`.

    Attributes:
        best, second: log-probabilities, in nats, of the two best analyses; -inf if there is no second.
        spans: entities in the text.
        shown: entities in the best analysis.
        false: wrong entities in the best analysis.
        missed: correct entities that the best analysis lacks.
        edits: corrections needed: one per wrong entity, plus one per missed entity that overlaps none of those shown
            (one that overlaps is what a wrong entity is corrected to).
    """

    best: float = 0.0
    second: float = -np.inf
    spans: float = 0.0
    shown: int = 0
    false: float = 0.0
    missed: float = 0.0
    edits: float = 0.0


def expectation(arcs: Arcs, p: Floats, n_tokens: int, total: float) -> Expectation:
    """Compute what to expect of the best analysis of a text.

    Args:
        arcs: the arcs of its lattice.
        p: (arcs,) their marginal probabilities.
        n_tokens: length of the text.
        total: log of the total weight of all its analyses.
    """
    (path, best), *others = best_paths(arcs, n_tokens, 2)
    entity = arcs.label != OUTSIDE
    shown = np.asarray(path, dtype=np.int64)
    shown = shown[entity[shown]]
    covered = np.zeros(n_tokens + 1, dtype=np.int64)
    for arc in shown.tolist():
        covered[arcs.start[arc] + 1 : arcs.end[arc] + 1] = 1
    covered = covered.cumsum()
    apart = entity & (covered[arcs.end] == covered[arcs.start])
    spans, right = float(p[entity].sum()), float(p[shown].sum())
    false = max(0.0, len(shown) - right)
    return Expectation(
        best=min(0.0, best - total),
        second=min(0.0, others[0][1] - total) if others else -np.inf,
        spans=spans,
        shown=len(shown),
        false=false,
        missed=max(0.0, spans - right),
        edits=false + float(p[apart].sum()),
    )
