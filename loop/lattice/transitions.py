"""The transitions of a lattice, with their log-probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Transitions:
    """Log-probabilities of the unpruned transitions at every node of one text, or of several concatenated texts.

    A node is either "token i, no entity open" (closed) or "token i, an entity with label X open since token s" (open).
    The transitions from a closed node are out (the token is outside), unit (a one-token entity) and begin; those from
    an open node are last (the entity ends with this token) and inside. The open nodes of one (s, X) form a chain:
    tokens s+1, s+2, …

    Attributes:
        labels: label names; the label arrays hold indices into it.
        out: (tokens,) log p(out | closed), -inf where out is invalid.
        dropped: (2, tokens) total probability of the pruned unit and of the pruned begin transitions.
        unit_start, unit_label, unit_logp: (units,) sorted by start.
        begin_start, begin_label, begin_logp, begin_length: (begins,) sorted by start; length of the chain in nodes.
        last: (sum of begin_length,) logits of last versus inside, chain after chain: inf where only last is valid,
            -inf where only inside is. If the final logit of a chain is finite, the chain was pruned there.
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
        """The transitions of tokens `start` to `end` (exclusive), renumbered from 0; no entity may cross a bound."""
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
        """Apply a temperature, separately to the kind of transition and to the label given the kind.

        A temperature above 1 makes the transitions less certain. At a closed node the kinds are out, unit and begin:
        their probabilities are raised to 1/temperature and renormalised; then so are the label probabilities given the
        kind. With one label this equals softmax(scores / temperature). With many it is better calibrated: one softmax
        over all transitions would shift probability to the many rare labels (docs/decisions/0011).

        The pruned probability becomes an upper bound (power mean over the largest possible number of pruned
        transitions).
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
        """For one kind: (transitions,) log p(label | kind); (tokens,) log weight of the kind, log p(pruned | kind)."""
        most = len(self.labels) if temperature > 1 else 1
        with np.errstate(divide="ignore"):
            kind = np.log(dropped)
        pruned = (kind - np.log(most)) / temperature + np.log(most)
        rest = pruned.copy()
        np.logaddexp.at(kind, start, logp)
        np.logaddexp.at(rest, start, logp / temperature)
        known = np.where(np.isneginf(rest), 0.0, rest)
        return logp / temperature - rest[start], kind / temperature, pruned - known
