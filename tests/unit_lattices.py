"""Lattices of one-word entities, made up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from loop.lattice import Lattice, Transitions
from loop.records import TokenSpan

EMPTY = np.array([], dtype=np.int64)


def units(labels: tuple[str, str], *probabilities: tuple[float, float], own: Sequence[TokenSpan] = ()) -> bytes:
    """For every token the probabilities of both labels, and what the pipeline itself predicts."""
    table = np.array(probabilities)
    transitions = Transitions(
        labels=labels,
        out=np.log(1 - table.sum(axis=1)),
        dropped=np.zeros((2, len(table))),
        unit_start=np.repeat(np.arange(len(table)), 2),
        unit_label=np.tile([0, 1], len(table)),
        unit_logp=np.log(table).ravel(),
        begin_start=EMPTY,
        begin_label=EMPTY,
        begin_logp=np.array([]),
        begin_length=EMPTY,
        last=np.array([]),
    )
    return Lattice(transitions, own).to_bytes()
