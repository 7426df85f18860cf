"""The moves of a lattice: what may happen at each of its nodes, with log-probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Transitions:
    """Log-probabilities of the moves kept at every node; of one text, or of several in one row.

    A node is "token i, nothing open" (closed) or "token i, an entity open since s with label X" (open). At a closed
    node the moves are out (the token is outside), unit (an entity of this one token) and begin; at an open node, last
    (the entity ends with this token) and inside. All open nodes of one (s, X) form a chain, tokens s+1, s+2 and on.

    Attributes:
        labels: the names; the label arrays hold indices into it.
        out: (tokens,) log p(out | closed), -inf where it is not allowed.
        dropped: (2, tokens) probability of the pruned units, and of the pruned begins.
        unit_start, unit_label, unit_logp: (units,) sorted by start.
        begin_start, begin_label, begin_logp, begin_length: (begins,) sorted by start; the length of a chain in nodes.
        last: (sum of begin_length,) chain after chain, the logit of "last" against "inside": inf where only
            "last" is allowed, -inf where only "inside" is. A chain whose final logit is finite was pruned there.
    """

    labels: tuple[str, ...]
    out: Floats
    dropped: Floats
    unit_start: Ints
    unit_label: Ints
    unit_logp: Floats
    begin_start: Ints
    begin_label: Ints
    begin_logp: Floats
    begin_length: Ints
    last: Floats

    @property
    def n_tokens(self) -> int:
        """The number of tokens."""
        return len(self.out)

    def cut(self, start: int, end: int) -> Transitions:
        """The moves of the tokens from `start` to `end`, a range that no entity crosses, counted from 0 again."""
        units = slice(*np.searchsorted(self.unit_start, (start, end)))
        begins = slice(*np.searchsorted(self.begin_start, (start, end)))
        first = int(self.begin_length[: begins.start].sum())
        return Transitions(
            labels=self.labels,
            out=self.out[start:end],
            dropped=self.dropped[:, start:end],
            unit_start=self.unit_start[units] - start,
            unit_label=self.unit_label[units],
            unit_logp=self.unit_logp[units],
            begin_start=self.begin_start[begins] - start,
            begin_label=self.begin_label[begins],
            begin_logp=self.begin_logp[begins],
            begin_length=self.begin_length[begins],
            last=self.last[first : first + int(self.begin_length[begins].sum())],
        )

    def tempered(self, temperature: float) -> Transitions:
        """The same moves, less certain if `temperature` is above 1: what kind of move, and which label, apart.

        At a closed node the kinds are out, unit and begin. A kind's probability is raised to 1/temperature and
        renormalised; then so are the probabilities of its labels, given the kind. With one label this is the softmax
        of score / temperature. With many it is better: one softmax over all of them would hand the labels that hardly
        any token has, being many, what it takes from the likely moves (docs/decisions/0011).

        The pruned moves come out as an upper bound: a mean of powers, for as many moves as there can be.
        """
        if temperature == 1.0:
            return self
        unit, units, no_units = self._labels_tempered(self.unit_start, self.unit_logp, self.dropped[0], temperature)
        begin, begins, no_begins = self._labels_tempered(
            self.begin_start, self.begin_logp, self.dropped[1], temperature
        )
        total = np.logaddexp.reduce([self.out / temperature, units, begins])
        total[np.isneginf(total)] = 0.0
        return Transitions(
            labels=self.labels,
            out=self.out / temperature - total,
            dropped=np.exp(np.stack((units + no_units, begins + no_begins)) - total),
            unit_start=self.unit_start,
            unit_label=self.unit_label,
            unit_logp=unit + (units - total)[self.unit_start],
            begin_start=self.begin_start,
            begin_label=self.begin_label,
            begin_logp=begin + (begins - total)[self.begin_start],
            begin_length=self.begin_length,
            last=self.last / temperature,
        )

    def _labels_tempered(
        self, start: Ints, logp: Floats, dropped: Floats, temperature: float
    ) -> tuple[Floats, Floats, Floats]:
        """Of a kind: (moves,) log p(label | kind); (tokens,) its own log weight, and log p(a pruned label | kind)."""
        most = len(self.labels) if temperature > 1 else 1
        with np.errstate(divide="ignore"):
            kind = np.log(dropped)
        pruned = (kind - np.log(most)) / temperature + np.log(most)
        rest = pruned.copy()
        np.logaddexp.at(kind, start, logp)
        np.logaddexp.at(rest, start, logp / temperature)
        known = np.where(np.isneginf(rest), 0.0, rest)
        return logp / temperature - rest[start], kind / temperature, pruned - known
