"""What settling some tokens changes: sums and heaviest ways, computed again only as far as it is felt.

Every way passes through both ends of what is settled. Behind it, each new value is made of earlier ones by the same
arcs as the old value was. Once new and old ones differ by one and the same amount (a factor, in nats) for as many
nodes as the longest arc has tokens, they do so as far as the next settled place: whatever is added up or compared from
then on has been multiplied by the same factor. That takes some twenty tokens, however long the text is.
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
"""Nats between two amounts that count as the same; no later value is farther off than this."""

Runs = Sequence[tuple[int, int]]
"""Where everything is settled: the nodes before and behind it, from left to right."""


def sums_near(arcs: Arcs, known: tuple[Floats, Floats], runs: Runs, longest: int) -> tuple[Floats, Floats]:
    """The sums of `arcs`, by those of the same text before `runs` were settled; both as `loop.lattice.arcs.sums`.

    `longest` is the length of the longest arc before, in tokens.
    """
    n = len(arcs.lost) - 1
    order = np.argsort(-arcs.end, kind="stable")
    onward = _Graph(arcs.start, arcs.end, arcs.weight, n)
    back = _Graph(n - arcs.end[order], n - arcs.start[order], arcs.weight[order], n)
    mirrored = [(n - end, n - start) for start, end in reversed(runs)]
    from_start = _again(onward, known[0], runs, longest, log_sum)
    from_end = _again(back, known[1][::-1], mirrored, longest, log_sum)
    return from_start.values, from_end.values[::-1]


def heaviest_near(arcs: Arcs, known: Heaviest, runs: Runs, longest: int) -> Heaviest:
    """The heaviest ways through `arcs`, by those of the same text before `runs` were settled; otherwise as above."""
    graph = _Graph(arcs.start, arcs.end, arcs.weight, len(arcs.lost) - 1)
    found = _again(graph, known.weight, runs, longest, max)
    nodes, last = list(found.last), list(found.last.values())
    start, label = known.start.copy(), known.label.copy()
    start[nodes], label[nodes] = arcs.start[last], arcs.label[last]
    return Heaviest(found.values, start, label)


class _Graph:
    """Arcs by the node that they leave; they are sorted by it."""

    def __init__(self, source: Ints, target: Ints, weight: Floats, n: int) -> None:
        self.end = n
        self._target, self._weight = target, weight
        self._bounds = np.searchsorted(source, np.arange(n + 2)).tolist()

    def leaving(self, node: int) -> Iterator[tuple[int, int, float]]:
        """Yield (arc, target, log weight)."""
        low, high = self._bounds[node : node + 2]
        return zip(range(low, high), self._target[low:high].tolist(), self._weight[low:high].tolist(), strict=True)


class _Again:
    """Values of all nodes; and of those that were computed again, the heaviest last arc."""

    def __init__(self, values: Floats) -> None:
        self.values = values.copy()
        self.last: dict[int, int] = {}


def _again(graph: _Graph, old: Floats, runs: Runs, longest: int, join: Callable[[float, float], float]) -> _Again:
    """The values that become of `old` now that `runs` are settled; `join` makes one of two ways to a node."""
    found = _Again(old)
    before: list[float] = old.tolist()
    for (first, behind), (until, _) in pairwise([*runs, (graph.end, graph.end)]):
        fresh = {first: float(found.values[first])}
        last: dict[int, int] = {}  # the heaviest arc to each, so far
        difference, since = inf, behind
        for node in range(first, until + 1):
            value = found.values[node] = fresh.get(node, -inf)
            if node in last:
                found.last[node] = last[node]
            if value > -inf or before[node] > -inf:  # otherwise no way leads there, now as before
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
