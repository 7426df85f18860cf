"""The lattice as a graph of closed nodes, and the sums over its paths.

Everything that can happen between two closed nodes is one arc: a token outside, or an entity. A reading is a path from
the first closed node to the last; open nodes need not be visited again, since an entity's probability is the product
along its chain.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, isinf, log1p

import numpy as np

from loop.lattice.transitions import Floats, Ints, Transitions

OUTSIDE = -1
"""In place of a label: the arc is a token outside any entity."""

TINY = 1e-140
"""A product of two probabilities that are no smaller is far from the smallest number there is, 1e-308."""


@dataclass(frozen=True)
class Arcs:
    """Weighted arcs between closed nodes, sorted by start: node i is before token i, the last behind the last token.

    Attributes:
        start, end: (arcs,) nodes. label: (arcs,) an index, or `OUTSIDE`. weight: (arcs,) log weight given the start.
        lost: (nodes,) the weight that pruning took from each node, not as a logarithm.
    """

    start: Ints
    end: Ints
    label: Ints
    weight: Floats
    lost: Floats

    @property
    def longest(self) -> int:
        """The tokens of the longest arc."""
        return int((self.end - self.start).max(initial=1))


def arcs_from(moves: Transitions) -> Arcs:
    """All arcs of the moves sorted by start, weighted with log-probabilities; with `lost` they add up to 1 a node."""
    n, length = moves.n_tokens, moves.begin_length
    chain = np.repeat(np.arange(len(length)), length)
    first = np.cumsum(length) - length
    depth = np.arange(len(chain)) - first[chain]
    inside = -np.logaddexp(0.0, moves.last)
    so_far = np.concatenate(([0.0], np.cumsum(np.where(np.isneginf(inside), 0.0, inside))))
    reached = moves.begin_logp[chain] + so_far[:-1] - so_far[first][chain]
    final = first + length - 1
    lost = np.append(moves.dropped.sum(axis=0), 0.0)
    np.add.at(lost, moves.begin_start, np.exp(reached[final] + inside[final]))
    tokens = np.arange(n)
    start = np.concatenate((tokens, moves.unit_start, moves.begin_start[chain]))
    order = np.argsort(start, kind="stable")
    arcs = Arcs(
        start=start[order],
        end=np.concatenate((tokens + 1, moves.unit_start + 1, moves.begin_start[chain] + depth + 2))[order],
        label=np.concatenate((np.full(n, OUTSIDE), moves.unit_label, moves.begin_label[chain]))[order],
        weight=np.concatenate((moves.out, moves.unit_logp, reached - np.logaddexp(0.0, -moves.last)))[order],
        lost=lost,
    )
    return _united(arcs) if _repeats(moves) else arcs


def _repeats(moves: Transitions) -> bool:
    """Whether two moves start the same entity, as happens when two components know one label."""
    starts = ((moves.unit_start, moves.unit_label), (moves.begin_start, moves.begin_label))
    return any(len(np.unique(start * len(moves.labels) + label)) < len(start) for start, label in starts)


def _united(arcs: Arcs) -> Arcs:
    order = np.lexsort((arcs.end, arcs.label, arcs.start))
    start, end, label = arcs.start[order], arcs.end[order], arcs.label[order]
    new = np.flatnonzero(
        (np.diff(start, prepend=-1) != 0) | (np.diff(end, prepend=-1) != 0) | (np.diff(label, prepend=-2) != 0)
    )
    return Arcs(start[new], end[new], label[new], np.logaddexp.reduceat(arcs.weight[order], new), arcs.lost)


def sums(arcs: Arcs) -> tuple[Floats, Floats]:
    """(nodes,) log sums of the weights of all ways: from the text's first node to each, and from each to its last.

    One node after the other: a single text has too little work at each for numpy. Probabilities are added as they
    are, five times faster than as logarithms, unless one may become too small for that.
    """
    n = len(arcs.lost) - 1
    start, end, weight = arcs.start.tolist(), arcs.end.tolist(), np.exp(arcs.weight)
    from_start, from_end = [1.0] + [0.0] * n, [0.0] * n + [1.0]
    steps = list(zip(start, end, weight.tolist(), strict=True))
    for before, after, p in steps:
        from_start[after] += from_start[before] * p
    for before, after, p in reversed(steps):
        from_end[before] += from_end[after] * p
    added = np.array((from_start, from_end))
    if min(added[added > 0.0].min(), weight[np.isfinite(arcs.weight)].min(initial=1.0)) < TINY:
        return _sums_of_logs(start, end, arcs.weight.tolist(), n)
    with np.errstate(divide="ignore"):
        from_first, to_last = np.log(added)
    return from_first, to_last


def _sums_of_logs(start: list[int], end: list[int], weight: list[float], n: int) -> tuple[Floats, Floats]:
    from_start, from_end = [0.0] + [-inf] * n, [-inf] * n + [0.0]
    steps = list(zip(start, end, weight, strict=True))
    for before, after, logp in steps:
        from_start[after] = log_sum(from_start[after], from_start[before] + logp)
    for before, after, logp in reversed(steps):
        from_end[before] = log_sum(from_end[before], from_end[after] + logp)
    return np.array(from_start), np.array(from_end)


def log_sum(one: float, other: float) -> float:
    """The logarithm of the sum of two numbers that are given as logarithms."""
    low, high = (one, other) if one < other else (other, one)
    return high if isinf(low) else high + log1p(exp(low - high))


def sums_of_many(arcs: Arcs, level: Ints, size: Ints) -> tuple[Floats, Floats]:
    """The same for several texts at once, whose nodes are numbered one after the other.

    Args:
        arcs: of all of them.
        level: (nodes,) each node's place in its own text. Nodes of one level are summed together, so that many texts
            cost as many steps as the longest of them has tokens.
        size: (nodes,) the level of the last node of each node's text.
    """
    forward = _sweep(arcs.start, arcs.end, arcs.weight, level)
    return forward, _sweep(arcs.end, arcs.start, arcs.weight, size - level)


def _sweep(source: Ints, target: Ints, weight: Floats, level: Ints) -> Floats:
    total = np.where(level == 0, 0.0, -np.inf)
    if not len(source):
        return total
    order = np.lexsort((target, level[target]))
    source, target, weight = source[order], target[order], weight[order]
    segment = np.flatnonzero(np.diff(target, prepend=-1))
    node = target[segment]
    bounds = np.append(np.flatnonzero(np.diff(level[node], prepend=-1)), len(node))
    ends = np.append(segment, len(target))
    for low, high in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        arc = slice(ends[low], ends[high])
        ways = total[source[arc]] + weight[arc]
        total[node[low:high]] = np.logaddexp.reduceat(ways, segment[low:high] - ends[low])
    return total
