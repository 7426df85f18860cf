"""Two components, one after the other, as one lattice."""

from __future__ import annotations

import numpy as np

from loop.lattice.lattice import Lattice
from loop.lattice.transitions import Ints, Transitions


def stacked(first: Lattice, second: Lattice) -> Lattice:
    """The lattice of a component and of the one that fills in around it.

    At each closed node the first component moves; where it says "outside", the second one does, as it was scored
    given the first's own reading. Within that reading's entities the second says nothing.

    Args:
        first: of the component that comes first.
        second: of the other one, scored on the same text with `first.own` preset.
    """
    above, below = first.moves, _freed(second.moves, first)
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


def _freed(moves: Transitions, first: Lattice) -> Transitions:
    """The second component's moves, with "outside" in place of the entities that the first one forced on it."""
    taken = np.zeros(moves.n_tokens, dtype=bool)
    for span in first.own:
        taken[span.start : span.end] = True
    unit, begin = ~taken[moves.unit_start], ~taken[moves.begin_start]
    return Transitions(
        labels=moves.labels,
        out=np.where(taken, 0.0, moves.out),
        dropped=np.where(taken, 0.0, moves.dropped),
        unit_start=moves.unit_start[unit],
        unit_label=moves.unit_label[unit],
        unit_logp=moves.unit_logp[unit],
        begin_start=moves.begin_start[begin],
        begin_label=moves.begin_label[begin],
        begin_logp=moves.begin_logp[begin],
        begin_length=moves.begin_length[begin],
        last=moves.last[np.repeat(begin, moves.begin_length)],
    )


def _nodes(length: Ints, order: Ints) -> Ints:
    """Where the nodes of the chains are found when the chains are put in another order."""
    first = (np.cumsum(length) - length)[order]
    size = length[order]
    return np.asarray(np.arange(size.sum()) + np.repeat(first - (np.cumsum(size) - size), size))
