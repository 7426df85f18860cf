"""The lattice as a graph of closed nodes, and the sums over its paths.

Everything that can happen between two closed nodes is one arc: a token outside, or an entity. A reading is a path from
the first closed node to the last; open nodes need not be visited again, since an entity's probability is the product
along its chain.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, isinf, log1p

import numpy as np

from loop.lattice.moves import Floats, Ints, Moves

OUTSIDE = -1
"""In place of a label: the arc is a token outside any entity."""

TINY = 1e-140
"""A product of two probabilities that are no smaller is far from the smallest number there is, 1e-308."""


@dataclass(frozen=True)
class Arcs:
    """Weighted arcs between closed nodes: node i stands before token i, the last one behind the last token.

    Attributes:
        start, end: (arcs,) nodes. label: (arcs,) an index, or `OUTSIDE`. weight: (arcs,) log weight given the start.
        lost: (nodes,) the weight that pruning took from each node, not as a logarithm.
    """

    start: Ints
    end: Ints
    label: Ints
    weight: Floats
    lost: Floats


def arcs_from(moves: Moves) -> Arcs:
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


def _repeats(moves: Moves) -> bool:
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


def forward(arcs: Arcs, level: Ints) -> Floats:
    """(nodes,) log sum of the weights of all ways from the text's first node to each node.

    Args:
        arcs: of one text, or of several whose nodes are numbered one after the other.
        level: (nodes,) each node's place in its own text. Nodes of one level are summed together, so that many texts
            cost as many steps as the longest of them has tokens.
    """
    return _sweep(arcs.start, arcs.end, arcs.weight, level)


def backward(arcs: Arcs, level: Ints, size: Ints) -> Floats:
    """(nodes,) log sum of the weights of all ways from each node to its text's last node.

    Args:
        arcs: as for `forward`.
        level: as for `forward`.
        size: (nodes,) the level of the last node of each node's text.
    """
    return _sweep(arcs.end, arcs.start, arcs.weight, size - level)


def _sweep(source: Ints, target: Ints, weight: Floats, level: Ints) -> Floats:
    total = np.where(level == 0, 0.0, -np.inf)
    if not len(source):
        return total
    order = np.lexsort((target, level[target]))
    source, target, weight = source[order], target[order], weight[order]
    if level.max() + 1 == len(level):
        return _sweep_one(source, target, weight, total)
    segment = np.flatnonzero(np.diff(target, prepend=-1))
    node = target[segment]
    bounds = np.append(np.flatnonzero(np.diff(level[node], prepend=-1)), len(node))
    ends = np.append(segment, len(target))
    for low, high in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        arc = slice(ends[low], ends[high])
        ways = total[source[arc]] + weight[arc]
        total[node[low:high]] = np.logaddexp.reduceat(ways, segment[low:high] - ends[low])
    return total


def _sweep_one(source: Ints, target: Ints, weight: Floats, total: Floats) -> Floats:
    """The same for a single text, arc by arc: one node a level is too little work for numpy.

    Probabilities are added as they are, five times faster than as logarithms, unless one may become too small for that.
    """
    sums = np.exp(total).tolist()
    for before, node, more in zip(source.tolist(), target.tolist(), np.exp(weight).tolist(), strict=True):
        sums[node] += sums[before] * more
    added = np.array(sums)
    smallest = min(added[added > 0.0].min(), np.exp(weight[np.isfinite(weight)].min(initial=0.0)))
    if smallest < TINY:
        return _sweep_logs(source, target, weight, total)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(added))


def _sweep_logs(source: Ints, target: Ints, weight: Floats, total: Floats) -> Floats:
    sums = total.tolist()
    for before, node, more in zip(source.tolist(), target.tolist(), weight.tolist(), strict=True):
        way, other = sums[before] + more, sums[node]
        low, high = (way, other) if way < other else (other, way)
        sums[node] = high if isinf(low) else high + log1p(exp(low - high))
    return np.array(sums)
