"""Combines the lattices of two consecutive components into one."""

from __future__ import annotations

import numpy as np

from loop.lattice.lattice import Lattice
from loop.lattice.transitions import Ints, Transitions


def stacked(first: Lattice, second: Lattice) -> Lattice:
    """The joint lattice of a component and the one that runs after it.

    At each closed node the first component chooses a transition; if it chooses "outside", the second chooses. The
    second is scored given the first's own prediction and has no say within the entities of that prediction.

    Args:
        first: lattice of the component that runs first.
        second: lattice of the other one, scored on the same text with `first.own` preset.
    """
    above, below = first.transitions, _freed(second.transitions, first)
    labels = (*above.labels, *(label for label in below.labels if label not in above.labels))
    renamed = np.array([labels.index(label) for label in below.labels], dtype=np.int64)
    unit_order = np.argsort(np.concatenate((above.unit_start, below.unit_start)), kind="stable")
    begin_order = np.argsort(np.concatenate((above.begin_start, below.begin_start)), kind="stable")
    length = np.concatenate((above.begin_length, below.begin_length))
    joined = Transitions(
        labels=labels,
        out=above.out + below.out,
        dropped=above.dropped + np.exp(above.out) * below.dropped,
        unit_start=np.concatenate((above.unit_start, below.unit_start))[unit_order],
        unit_label=np.concatenate((above.unit_label, renamed[below.unit_label]))[unit_order],
        unit_logp=np.concatenate((above.unit_logp, below.unit_logp + above.out[below.unit_start]))[unit_order],
        begin_start=np.concatenate((above.begin_start, below.begin_start))[begin_order],
        begin_label=np.concatenate((above.begin_label, renamed[below.begin_label]))[begin_order],
        begin_logp=np.concatenate((above.begin_logp, below.begin_logp + above.out[below.begin_start]))[begin_order],
        begin_length=length[begin_order],
        last=np.concatenate((above.last, below.last))[_nodes(length, begin_order)],
    )
    return Lattice(joined, tuple(sorted({*first.own, *second.own})))


def _freed(transitions: Transitions, first: Lattice) -> Transitions:
    """The second component's transitions, with "outside" in place of the preset entities."""
    taken = np.zeros(transitions.n_tokens, dtype=bool)
    for span in first.own:
        taken[span.start : span.end] = True
    unit, begin = ~taken[transitions.unit_start], ~taken[transitions.begin_start]
    return Transitions(
        labels=transitions.labels,
        out=np.where(taken, 0.0, transitions.out),
        dropped=np.where(taken, 0.0, transitions.dropped),
        unit_start=transitions.unit_start[unit],
        unit_label=transitions.unit_label[unit],
        unit_logp=transitions.unit_logp[unit],
        begin_start=transitions.begin_start[begin],
        begin_label=transitions.begin_label[begin],
        begin_logp=transitions.begin_logp[begin],
        begin_length=transitions.begin_length[begin],
        last=transitions.last[np.repeat(begin, transitions.begin_length)],
    )


def _nodes(length: Ints, order: Ints) -> Ints:
    """Indices that reorder the nodes of the chains when the chains are reordered."""
    first = (np.cumsum(length) - length)[order]
    size = length[order]
    return np.asarray(np.arange(size.sum()) + np.repeat(first - (np.cumsum(size) - size), size))
