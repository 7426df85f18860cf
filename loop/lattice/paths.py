"""The best paths through a lattice."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import nlargest
from math import inf, isinf
from typing import NamedTuple

import numpy as np

from loop.lattice.arcs import Arcs
from loop.lattice.transitions import Floats, Ints


class Heaviest(NamedTuple):
    """The best (heaviest) path from a text's first node to every node.

    Attributes:
        weight: (nodes,) log weight of the path; -inf if the node is unreachable.
        start, label: (nodes,) start node and label index of the path's last arc; arbitrary if it has none.
    """

    weight: Floats
    start: Ints
    label: Ints

    def way(self) -> list[tuple[int, int, int]]:
        """The arcs (start, end, label) of the path to the last node, which must be reachable."""
        found, node = [], len(self.weight) - 1
        start, label = self.start.tolist(), self.label.tolist()
        while node:
            found.append((start[node], node, label[node]))
            node = start[node]
        return found[::-1]


def heaviest(arcs: Arcs) -> Heaviest:
    """The best path to every node (Viterbi's algorithm); a tie goes to the later arc."""
    nodes = len(arcs.lost)
    best, last = [0.0] + [-inf] * (nodes - 1), [0] * nodes
    columns = zip(arcs.start.tolist(), arcs.end.tolist(), arcs.weight.tolist(), strict=True)
    for arc, (start, end, weight) in enumerate(columns):
        way = best[start] + weight
        if way >= best[end] and way > -inf:
            best[end], last[end] = way, arc
    there = last if len(arcs.start) else []
    return Heaviest(np.array(best), arcs.start[there], arcs.label[there])


def best_paths(arcs: Arcs, n_tokens: int, k: int) -> list[tuple[list[int], float]]:
    """The `k` best paths, best first, each as arc indices and log weight.

    List Viterbi algorithm (Seshadri and Sundberg 1994): each node keeps its k best paths, and each of those extends one
    of the k best paths to an earlier node by one arc.
    """
    start, weight = arcs.start.tolist(), arcs.weight.tolist()
    incoming: list[list[int]] = [[] for _ in range(n_tokens + 1)]
    for arc, (end, w) in enumerate(zip(arcs.end.tolist(), weight, strict=True)):
        if not isinf(w):
            incoming[end].append(arc)
    ways: list[list[tuple[float, int, int]]] = [[(0.0, -1, 0)]]
    for node in range(1, n_tokens + 1):
        candidates = (
            (before + weight[arc], arc, rank)
            for arc in incoming[node]
            for rank, (before, _, _) in enumerate(ways[start[arc]])
        )
        ways.append(nlargest(k, candidates))
    return [(list(_back(ways, start, n_tokens, rank))[::-1], way[0]) for rank, way in enumerate(ways[-1])]


def _back(ways: list[list[tuple[float, int, int]]], start: list[int], node: int, rank: int) -> Iterator[int]:
    while node:
        _, arc, rank = ways[node][rank]
        yield arc
        node = start[arc]
