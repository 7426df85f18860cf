"""Restricts a lattice to some of its labels; the others become "outside"."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from loop.lattice.arcs import OUTSIDE, Arcs, arcs_from, sums
from loop.lattice.lattice import Lattice
from loop.lattice.transitions import Floats, Transitions

_SMALLEST = 1e-30


def limited(lattice: Lattice, labels: Collection[str]) -> Lattice:
    """The lattice restricted to `labels`: entities of other labels become "outside".

    Spans of `labels` keep their marginal probabilities, up to the pruned mass. Whether a hidden entity precedes a token
    no longer matters: the transition probabilities are averaged over both cases. Among the lattices with these
    marginals, this one assumes nothing more.

    Args:
        lattice: one without constraints.
        labels: those to keep. If the lattice has no others, it is returned unchanged.
    """
    transitions = lattice.transitions
    if set(transitions.labels) <= set(labels):
        return lattice
    visible = np.array([label in labels for label in transitions.labels])
    own = tuple(span for span in lattice.own if span.label in labels)
    if not len(transitions.out):
        return Lattice(
            replace(transitions, labels=tuple(label for label in transitions.labels if label in labels)), own
        )
    return Lattice(
        _kept(transitions, visible, _closed_share(arcs_from(transitions), visible, transitions.n_tokens)), own
    )


def _closed_share(arcs: Arcs, visible: np.ndarray, n: int) -> Floats:
    """(tokens,) log p(no entity is open before the token | no visible entity is open)."""
    reached, _ = sums(arcs)
    hidden = (arcs.label != OUTSIDE) & ~np.append(visible, True)[arcs.label]
    mass = np.exp(reached[arcs.start] + arcs.weight)[hidden]
    change = np.zeros(n + 2)
    np.add.at(change, arcs.start[hidden] + 1, mass)
    np.subtract.at(change, arcs.end[hidden], mass)
    closed, within = np.exp(reached[:n]), np.maximum(change.cumsum()[:n], 0.0)
    share = np.where(closed > _SMALLEST, closed / (closed + within + _SMALLEST), np.where(within > 0, 0.0, 1.0))
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(share))


def _kept(transitions: Transitions, visible: np.ndarray, share: Floats) -> Transitions:
    """The visible transitions, scaled by `share`; "outside" gets the rest of the probability."""
    index = np.cumsum(visible) - 1
    unit, begin = visible[transitions.unit_label], visible[transitions.begin_label]
    unit_logp = (transitions.unit_logp + share[transitions.unit_start])[unit]
    begin_logp = (transitions.begin_logp + share[transitions.begin_start])[begin]
    dropped = transitions.dropped * np.exp(share)
    taken = dropped.sum(axis=0)
    np.add.at(taken, transitions.unit_start[unit], np.exp(unit_logp))
    np.add.at(taken, transitions.begin_start[begin], np.exp(begin_logp))
    with np.errstate(divide="ignore"):
        out = np.log1p(-np.minimum(taken, 1.0))
    return Transitions(
        labels=tuple(label for label, kept in zip(transitions.labels, visible.tolist(), strict=True) if kept),
        out=out,
        dropped=dropped,
        unit_start=transitions.unit_start[unit],
        unit_label=index[transitions.unit_label[unit]],
        unit_logp=unit_logp,
        begin_start=transitions.begin_start[begin],
        begin_label=index[transitions.begin_label[begin]],
        begin_logp=begin_logp,
        begin_length=transitions.begin_length[begin],
        last=transitions.last[np.repeat(begin, transitions.begin_length)],
    )
