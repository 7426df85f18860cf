"""Incremental dynamic programming: after an edit, recompute sums and best paths only near the settled tokens.

Every path passes through both ends of a settled range. Behind the range, new and old values are computed from earlier
ones over the same arcs. Once they differ by a constant (in nats) on as many nodes as the longest arc has tokens, they
differ by that constant up to the next settled range: all later inputs carry the same factor. This takes about twenty
tokens, however long the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from math import inf, isfinite

import numpy as np

from loop.lattice.arcs import Arcs, log_sum
from loop.lattice.paths import Heaviest
from loop.lattice.transitions import Floats, Ints

SAME = 1e-12
"""Differences within this many nats count as equal; it bounds the error of all later values."""

Runs = Sequence[tuple[int, int]]
"""Settled ranges, left to right: the nodes before and behind each."""


def sums_near(arcs: Arcs, known: tuple[Floats, Floats], runs: Runs, longest: int) -> tuple[Floats, Floats]:
    """Update forward and backward sums (see `loop.lattice.arcs.sums`) after `runs` have been settled.

    Args:
        arcs: the constrained arcs.
        known: the sums before.
        runs: the settled ranges.
        longest: length of the longest arc before, in tokens.
    """
    n = len(arcs.lost) - 1
    order = np.argsort(-arcs.end, kind="stable")
    onward = _Graph(arcs.start, arcs.end, arcs.weight, n)
    back = _Graph(n - arcs.end[order], n - arcs.start[order], arcs.weight[order], n)
    mirrored = [(n - end, n - start) for start, end in reversed(runs)]
    from_start = _recomputed(onward, known[0], runs, longest, log_sum)
    from_end = _recomputed(back, known[1][::-1], mirrored, longest, log_sum)
    return from_start.values, from_end.values[::-1]


def heaviest_near(arcs: Arcs, known: Heaviest, runs: Runs, longest: int) -> Heaviest:
    """Update the best paths after `runs` have been settled; arguments as in `sums_near`."""
    graph = _Graph(arcs.start, arcs.end, arcs.weight, len(arcs.lost) - 1)
    found = _recomputed(graph, known.weight, runs, longest, max)
    nodes, last = list(found.last), list(found.last.values())
    start, label = known.start.copy(), known.label.copy()
    start[nodes], label[nodes] = arcs.start[last], arcs.label[last]
    return Heaviest(found.values, start, label)


class _Graph:
    """Arcs indexed by their source node; they must be sorted by it."""

    def __init__(self, source: Ints, target: Ints, weight: Floats, n: int) -> None:
        self.end = n
        self._target, self._weight = target, weight
        self._bounds = np.searchsorted(source, np.arange(n + 2)).tolist()

    def leaving(self, node: int) -> Iterator[tuple[int, int, float]]:
        """Yield (arc, target, log weight)."""
        low, high = self._bounds[node : node + 2]
        return zip(range(low, high), self._target[low:high].tolist(), self._weight[low:high].tolist(), strict=True)


class _Recomputed:
    """The values of all nodes and, for recomputed nodes, the last arc of the best path."""

    def __init__(self, values: Floats) -> None:
        self.values = values.copy()
        self.last: dict[int, int] = {}


def _recomputed(
    graph: _Graph, old: Floats, runs: Runs, longest: int, join: Callable[[float, float], float]
) -> _Recomputed:
    """Recompute `old` after `runs` have been settled; `join` combines the weights of two paths to a node."""
    found = _Recomputed(old)
    before: list[float] = old.tolist()
    for (first, behind), (until, _) in pairwise([*runs, (graph.end, graph.end)]):
        fresh = {first: float(found.values[first])}
        last: dict[int, int] = {}  # of the best path so far to each node
        difference, since = inf, behind
        for node in range(first, until + 1):
            value = found.values[node] = fresh.get(node, -inf)
            if node in last:
                found.last[node] = last[node]
            if value > -inf or before[node] > -inf:  # else the node is unreachable, as before
                now = value - before[node]
                if not abs(now - difference) <= SAME:
                    difference, since = now, max(node, behind)
            if node - since >= longest - 1 and isfinite(difference):
                found.values[node + 1 : until + 1] = old[node + 1 : until + 1] + difference
                break
            for arc, target, weight in graph.leaving(node):
                way, other = value + weight, fresh.get(target, -inf)
                if way >= other:
                    last[target] = arc
                fresh[target] = join(way, other)
    return found
