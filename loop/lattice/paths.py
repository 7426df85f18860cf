"""The best paths through a lattice."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import nlargest
from math import inf, isinf

from loop.lattice.arcs import Arcs


def best_paths(arcs: Arcs, n_tokens: int, k: int) -> list[tuple[list[int], float]]:
    """The `k` heaviest paths, heaviest first: indices of arcs, and the log weight.

    Each node keeps its k heaviest ways, each of them one arc added to one of the k ways to that arc's start (Viterbi's
    algorithm with lists, after Seshadri and Sundberg 1994).
    """
    if k == 1:
        return _best_path(arcs, n_tokens)
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


def _best_path(arcs: Arcs, n_tokens: int) -> list[tuple[list[int], float]]:
    """The heaviest path without lists of ways: after every edit of a long text one is wanted, at once."""
    best = [0.0] + [-inf] * n_tokens
    last = [-1] * (n_tokens + 1)
    columns = zip(arcs.start.tolist(), arcs.end.tolist(), arcs.weight.tolist(), strict=True)
    for arc, (start, end, weight) in enumerate(columns):
        way = best[start] + weight
        if way >= best[end] and way > -inf:
            best[end], last[end] = way, arc
    if n_tokens and last[n_tokens] < 0:
        return []
    path, node = [], n_tokens
    while node:
        path.append(last[node])
        node = int(arcs.start[path[-1]])
    return [(path[::-1], best[n_tokens])]


def _back(ways: list[list[tuple[float, int, int]]], start: list[int], node: int, rank: int) -> Iterator[int]:
    while node:
        _, arc, rank = ways[node][rank]
        yield arc
        node = start[arc]
