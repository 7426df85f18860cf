"""What a reading is worth, judged by its own lattice: its probability, the next one's, and the errors to expect."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from loop.lattice.arcs import OUTSIDE, Arcs
from loop.lattice.paths import best_paths
from loop.lattice.transitions import Floats


class Outlook(NamedTuple):
    """What to expect of a text's best reading; numbers of entities are expected values over all readings.

    Attributes:
        best, second: log-probability in nats of the two best readings; -inf where there is no second.
        spans: entities in the text. shown: entities of the best reading.
        false: entities of the best reading that are wrong. missed: right ones that it has not.
        edits: corrections it needs: one for each wrong entity, and for each missed one that touches none of those shown
            (one that does is what a wrong one is corrected to).
    """

    best: float = 0.0
    second: float = -np.inf
    spans: float = 0.0
    shown: int = 0
    false: float = 0.0
    missed: float = 0.0
    edits: float = 0.0


def outlook(arcs: Arcs, p: Floats, n_tokens: int, total: float) -> Outlook:
    """The outlook of a text.

    Args:
        arcs: its lattice.
        p: (arcs,) their probability.
        n_tokens: its length.
        total: log sum of the weights of all its readings.
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
    return Outlook(
        best=min(0.0, best - total),
        second=min(0.0, others[0][1] - total) if others else -np.inf,
        spans=spans,
        shown=len(shown),
        false=false,
        missed=max(0.0, spans - right),
        edits=false + float(p[apart].sum()),
    )
