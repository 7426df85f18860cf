"""The lattice as a graph of closed nodes, and the sums over its paths.

An arc between two closed nodes is either one token outside any entity or one whole entity. An analysis is a path from
the first closed node to the last. The graph has no open nodes: the probability of an entity is the product along its
chain, which is the weight of its arc.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, isinf, log1p

import numpy as np

from loop.lattice.transitions import Floats, Ints, Transitions

OUTSIDE = -1
"""The label index of an arc that is a token outside any entity."""

TINY = 1e-140
"""The product of two probabilities above this does not underflow (the smallest normal double is 2e-308)."""


@dataclass(frozen=True)
class Arcs:
    """Weighted arcs between closed nodes, sorted by start. Node i precedes token i; the last follows the last token.

    Attributes:
        start, end: (arcs,) node indices.
        label: (arcs,) label index, or `OUTSIDE`.
        weight: (arcs,) log-probability given the start node.
        lost: (nodes,) probability pruned at each node (not a logarithm).
    """

    start: Ints
    end: Ints
    label: Ints
    weight: Floats
    lost: Floats

    @property
    def longest(self) -> int:
        """The length of the longest arc, in tokens."""
        return int((self.end - self.start).max(initial=1))


def arcs_from(transitions: Transitions) -> Arcs:
    """The arcs of the transitions. At each node their probabilities and `lost` sum to 1."""
    n, length = transitions.n_tokens, transitions.begin_length
    chain = np.repeat(np.arange(len(length)), length)
    first = np.cumsum(length) - length
    depth = np.arange(len(chain)) - first[chain]
    inside = -np.logaddexp(0.0, transitions.last)
    so_far = np.concatenate(([0.0], np.cumsum(np.where(np.isneginf(inside), 0.0, inside))))
    reached = transitions.begin_logp[chain] + so_far[:-1] - so_far[first][chain]
    final = first + length - 1
    lost = np.append(transitions.dropped.sum(axis=0), 0.0)
    np.add.at(lost, transitions.begin_start, np.exp(reached[final] + inside[final]))
    tokens = np.arange(n)
    start = np.concatenate((tokens, transitions.unit_start, transitions.begin_start[chain]))
    order = np.argsort(start, kind="stable")
    arcs = Arcs(
        start=start[order],
        end=np.concatenate((tokens + 1, transitions.unit_start + 1, transitions.begin_start[chain] + depth + 2))[order],
        label=np.concatenate((np.full(n, OUTSIDE), transitions.unit_label, transitions.begin_label[chain]))[order],
        weight=np.concatenate((transitions.out, transitions.unit_logp, reached - np.logaddexp(0.0, -transitions.last)))[
            order
        ],
        lost=lost,
    )
    return _united(arcs) if _repeats(transitions) else arcs


def _repeats(transitions: Transitions) -> bool:
    """Whether two transitions start the same entity, as happens when two components share a label."""
    starts = ((transitions.unit_start, transitions.unit_label), (transitions.begin_start, transitions.begin_label))
    return any(len(np.unique(start * len(transitions.labels) + label)) < len(start) for start, label in starts)


def _united(arcs: Arcs) -> Arcs:
    order = np.lexsort((arcs.end, arcs.label, arcs.start))
    start, end, label = arcs.start[order], arcs.end[order], arcs.label[order]
    new = np.flatnonzero(
        (np.diff(start, prepend=-1) != 0) | (np.diff(end, prepend=-1) != 0) | (np.diff(label, prepend=-2) != 0)
    )
    return Arcs(start[new], end[new], label[new], np.logaddexp.reduceat(arcs.weight[order], new), arcs.lost)


def sums(arcs: Arcs) -> tuple[Floats, Floats]:
    """Forward and backward sums, each (nodes,): log total weight of the paths to and from every node.

    Loops over the nodes: in a single text they have too few arcs for numpy to pay off. Adds plain probabilities, five
    times faster than logarithms, unless they might underflow.
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
    """log(exp(one) + exp(other))."""
    low, high = (one, other) if one < other else (other, one)
    return high if isinf(low) else high + log1p(exp(low - high))


def sums_of_many(arcs: Arcs, level: Ints, size: Ints) -> tuple[Floats, Floats]:
    """`sums` for a batch of texts whose nodes are numbered consecutively.

    Takes as many numpy steps as the longest text has tokens.

    Args:
        arcs: those of all texts.
        level: (nodes,) index of each node within its own text; nodes of one level are summed together.
        size: (nodes,) level of the last node of the text that the node belongs to.
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
