"""The open nodes of a batch of texts: follows begun entities until their probability is negligible."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from loop.scoring.network import Features, Ints
from loop.scoring.validity import Validity

Floats = NDArray[np.float64]

_NEVER = 1e20
"""Score differences above this involve an untrained transition and count as infinite."""


@dataclass
class Chains:
    """Begun entities, sorted by start, each with the nodes visited so far.

    Attributes:
        temperature: (tokens,) temperature of the text that a token belongs to.
        start, label: (chains,) first token and label index. Preset entities may have a `label` beyond the network's
            labels; they need no scores.
        mass: (chains,) log-probability of reaching the next node to visit, given a closed node at the start.
        token: (chains,) token of that next node.
        alive: (chains,) whether the entity can reach that node.
        end: (chains,) where the entity ends in spaCy's greedy search, exclusive; 0 until known.
    """

    features: Features
    validity: Validity
    temperature: Floats
    start: Ints
    label: Ints
    mass: Floats
    token: Ints = field(init=False)
    alive: NDArray[np.bool_] = field(init=False)
    end: Ints = field(init=False)
    _visited: list[tuple[Ints, Floats]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Start every chain at its second token."""
        self.token = self.start + 1
        self.alive = np.ones(len(self.start), dtype=bool)
        self.end = np.zeros_like(self.start)

    def follow(self, epsilon: float, most: int) -> None:
        """Visit all nodes with a probability of at least `epsilon`, or about the `most` most probable of them."""
        active = np.arange(len(self.start))
        room = most
        while len(active := self._heaviest(active, room)):
            self._visit(active)
            room -= len(active)
            active = active[self.alive[active] & (self.mass[active] >= np.log(epsilon))]

    def _heaviest(self, chains: Ints, most: int) -> Ints:
        if len(chains) <= most:
            return chains
        return np.sort(chains[np.argsort(self.mass[chains])[len(chains) - most :]])

    def follow_greedily(self, chains: Ints) -> None:
        """Extend these chains until the greedy choice ends the entity."""
        active = chains[self.end[chains] == 0]
        while len(active):
            self._visit(active)
            active = active[self.end[active] == 0]

    def follow_to(self, chains: Ints, ends: Ints) -> None:
        """Extend these chains up to `ends` (exclusive), as far as the nodes are reachable."""
        while np.any(wanted := self.alive[chains] & (self.token[chains] < ends)):
            self._visit(chains[wanted])

    def nodes(self) -> tuple[Ints, Floats]:
        """(chains,) number of nodes visited, and (nodes,) their logits of last versus inside, chain after chain."""
        chain = np.concatenate([chains for chains, _ in self._visited] or [np.zeros(0, dtype=np.int64)])
        logit = np.concatenate([logits for _, logits in self._visited] or [np.zeros(0)])
        return np.bincount(chain, minlength=len(self.start)), logit[np.argsort(chain, kind="stable")]

    def _visit(self, chains: Ints) -> None:
        token = self.token[chains]
        inside, last = self._scores(chains)
        can_go_on, can_end = self.validity.inside[token], self.validity.last[token]
        logit = (last.astype(np.float64) - inside) / self.temperature[token]
        logit[logit > _NEVER] = np.inf
        logit[logit < -_NEVER] = -np.inf
        logit[~can_go_on] = np.inf
        logit[~can_end] = -np.inf
        self._visited.append((chains, logit))
        first = np.append(self.features.network.inside_first, True)[np.minimum(self.label[chains], self._labels)]
        goes_on = can_go_on & (~can_end | (inside > last) | ((inside == last) & first))
        self.end[chains] = np.where((self.end[chains] == 0) & ~goes_on, token + 1, self.end[chains])
        self.mass[chains] -= np.logaddexp(0.0, logit)
        self.token[chains] += 1
        self.alive[chains] = logit < np.inf

    @property
    def _labels(self) -> int:
        return len(self.features.network.labels)

    def _scores(self, chains: Ints) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The scores of inside and last; nodes with the same start and token share a row, whatever their label."""
        start, token, label = self.start[chains], self.token[chains], self.label[chains]
        if not self._labels:
            return np.zeros(len(chains), dtype=np.float32), np.zeros(len(chains), dtype=np.float32)
        new = np.append(True, (np.diff(start) != 0) | (np.diff(token) != 0))
        inside, last = self.features.open(start[new], token[new])
        row, column = np.cumsum(new) - 1, np.minimum(label, self._labels - 1)
        return inside[row, column], last[row, column]
