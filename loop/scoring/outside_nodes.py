"""The closed nodes of a batch of texts: transitions at tokens where no entity is open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loop.records import TokenSpan
from loop.scoring.network import Features, Ints, Network, Scores
from loop.scoring.validity import Bools, Validity

Floats = NDArray[np.float64]

OUT, UNIT, BEGIN = 0, 1, 2
"""Kinds of transitions, as in `Network.closed`."""


@dataclass(frozen=True)
class Starts:
    """Transitions that start an entity, sorted by token, as three arrays of equal length."""

    start: Ints
    label: Ints
    logp: Floats


@dataclass(frozen=True)
class Closed:
    """The unpruned transitions at closed nodes; names and shapes as in `loop.lattice.Transitions`.

    Attributes:
        labels: the network's labels, then those of preset entities only.
        chosen: (tokens,) the transition of spaCy's greedy search: `OUT`, `UNIT` or `BEGIN`.
        chosen_label: (tokens,) its label index, -1 if it has none.
    """

    labels: tuple[str, ...]
    out: Floats
    dropped: Floats
    units: Starts
    begins: Starts
    chosen: Ints
    chosen_label: Ints


@dataclass(frozen=True)
class _Block:
    """The unpruned transitions that start an entity at some closed nodes: `token`, `column` and `logp`."""

    out: Floats
    dropped: Floats
    choice: Ints
    token: Ints
    column: Ints
    logp: Floats


def closed_moves(
    features: Features, validity: Validity, temperature: Floats, epsilon: float, keep: Iterable[TokenSpan]
) -> Closed:
    """Softmax over the valid transitions at every closed node; prunes those below `epsilon` unless spaCy chooses them.

    Args:
        features: those of the batch.
        validity: that of the batch.
        temperature: (tokens,) see `loop.lattice.Transitions.tempered`.
        epsilon: the probability below which transitions are pruned.
        keep: spans whose first transition is never pruned.
    """
    net = features.network
    must = _must_keep(net, keep)
    allowed = np.stack((validity.out, validity.unit, validity.begin), axis=1)
    blocks = [
        _block(net, rows.start, scores, allowed[rows][:, net.closed], temperature[rows], epsilon, must)
        for rows, scores in features.closed()
    ]
    choice = np.concatenate([block.choice for block in blocks])
    out = np.concatenate([block.out for block in blocks])
    out[validity.blocked] = 0.0
    chosen, chosen_label = net.closed[choice], net.closed_label[choice]
    labels = (*net.labels, *sorted(set(validity.preset_label) - set(net.labels)))
    preset = np.array([labels.index(label) for label in validity.preset_label], dtype=np.int64)
    chosen[validity.blocked] = OUT
    chosen[validity.preset_start] = np.where(validity.preset_unit, UNIT, BEGIN)
    chosen_label[validity.preset_start] = preset
    units, begins = (
        _starts(blocks, net, kind, validity.preset_start[of_kind], preset[of_kind])
        for kind, of_kind in ((UNIT, validity.preset_unit), (BEGIN, ~validity.preset_unit))
    )
    dropped = np.concatenate([block.dropped for block in blocks], axis=1)
    return Closed(labels, out, dropped, units, begins, chosen, chosen_label)


def _must_keep(net: Network, keep: Iterable[TokenSpan]) -> Ints:
    """(spans, 2) token and column of the transitions that start these spans."""
    names = [net.labels[label] if label >= 0 else "" for label in net.closed_label.tolist()]
    columns = {move: column for column, move in enumerate(zip(net.closed.tolist(), names, strict=True))}
    transitions = ((span.start, (UNIT if span.end == span.start + 1 else BEGIN, span.label)) for span in keep)
    cells = [(token, columns[move]) for token, move in transitions if move in columns]
    return np.array(cells, dtype=np.int64).reshape(-1, 2)


def _block(
    net: Network, first: int, scores: Scores, valid: Bools, temperature: Floats, epsilon: float, must: Ints
) -> _Block:
    scores = np.where(valid, scores, np.float32(-np.inf))
    choice = scores.argmax(axis=1)
    rows = np.arange(len(scores))
    logp = _softmax(scores.astype(np.float64), net.closed, temperature)
    keep = logp >= np.log(epsilon)
    keep[rows, choice] = True
    here = must[(must[:, 0] >= first) & (must[:, 0] < first + len(scores))]
    keep[here[:, 0] - first, here[:, 1]] = True
    keep &= valid
    outside = int(np.flatnonzero(net.closed == OUT)[0])
    out = logp[:, outside].copy()
    keep[:, outside] = valid[:, outside]
    lost = np.where(keep, 0.0, np.exp(logp))
    dropped = np.stack([lost[:, net.closed == kind].sum(axis=1) for kind in (UNIT, BEGIN)])
    keep[:, outside] = False
    row, column = np.nonzero(keep)
    return _Block(out, dropped, choice, row + first, column, logp[row, column])


def _softmax(scores: Floats, kinds: Ints, temperature: Floats) -> Floats:
    """Row-wise log-probabilities; -inf in rows without a valid transition."""
    logp, totals = np.full_like(scores, -np.inf), []
    for kind in (OUT, UNIT, BEGIN):
        of_kind = scores[:, kinds == kind]
        total = _log_sum(of_kind) / temperature
        rest = _log_sum(of_kind / temperature[:, None])
        logp[:, kinds == kind] = of_kind / temperature[:, None] + _finite(total - _finite(rest))[:, None]
        totals.append(total)
    return logp - _finite(_log_sum(np.stack(totals, axis=1)))[:, None]


def _log_sum(rows: Floats) -> Floats:
    """Row-wise log-sum-exp; -inf for a row that is empty or all -inf."""
    most = _finite(rows.max(axis=1, initial=-np.inf))
    with np.errstate(divide="ignore"):
        return np.asarray(most + np.log(np.exp(rows - most[:, None]).sum(axis=1)))


def _finite(numbers: Floats) -> Floats:
    return np.where(np.isneginf(numbers), 0.0, numbers)


def _starts(blocks: Sequence[_Block], net: Network, kind: int, preset: Ints, preset_label: Ints) -> Starts:
    """The transitions of one kind, with those of preset entities, which are certain."""
    of_kind = [net.closed[block.column] == kind for block in blocks]
    start = np.concatenate([*(block.token[mask] for block, mask in zip(blocks, of_kind, strict=True)), preset])
    column = np.concatenate([block.column[mask] for block, mask in zip(blocks, of_kind, strict=True)])
    logp = np.concatenate([block.logp[mask] for block, mask in zip(blocks, of_kind, strict=True)])
    label = np.concatenate((net.closed_label[column], preset_label))
    order = np.argsort(start, kind="stable")
    return Starts(start[order], label[order], np.append(logp, np.zeros(len(preset)))[order])
