"""The moves of a lattice: what may happen at each of its nodes, with log-probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class TokenSpan(NamedTuple):
    """One entity as token indices: `start` inclusive, `end` exclusive."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class Moves:
    """Log-probabilities of the moves kept at every node; of one text, or of several in one row.

    A node is "token i, nothing open" (closed) or "token i, an entity open since s with label X" (open). At a closed
    node the moves are out (the token is outside), unit (an entity of this one token) and begin; at an open node, last
    (the entity ends with this token) and inside. All open nodes of one (s, X) form a chain, tokens s+1, s+2 and on.

    Attributes:
        labels: the names; the label arrays hold indices into it.
        out: (tokens,) log p(out | closed), -inf where it is not allowed.
        dropped: (tokens,) probability of the closed moves that were pruned.
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

    def cut(self, start: int, end: int) -> Moves:
        """The moves of the tokens from `start` to `end`, a range that no entity crosses, counted from 0 again."""
        units = slice(*np.searchsorted(self.unit_start, (start, end)))
        begins = slice(*np.searchsorted(self.begin_start, (start, end)))
        first = int(self.begin_length[: begins.start].sum())
        return Moves(
            labels=self.labels,
            out=self.out[start:end],
            dropped=self.dropped[start:end],
            unit_start=self.unit_start[units] - start,
            unit_label=self.unit_label[units],
            unit_logp=self.unit_logp[units],
            begin_start=self.begin_start[begins] - start,
            begin_label=self.begin_label[begins],
            begin_logp=self.begin_logp[begins],
            begin_length=self.begin_length[begins],
            last=self.last[first : first + int(self.begin_length[begins].sum())],
        )

    def tempered(self, temperature: float) -> Moves:
        """The same moves under softmax(score / temperature).

        Log-probabilities are scores but for a constant per node, so softmax(logp / temperature) is what the scores
        themselves would have given, except for the pruned moves: theirs is an upper bound (the power mean of
        as many moves as there can be).
        """
        if temperature == 1.0:
            return self
        most = 2 * len(self.labels) + 1 if temperature > 1 else 1
        with np.errstate(divide="ignore"):
            dropped = (np.log(self.dropped) - np.log(most)) / temperature + np.log(most)
        total = np.logaddexp(self.out / temperature, dropped)
        np.logaddexp.at(total, self.unit_start, self.unit_logp / temperature)
        np.logaddexp.at(total, self.begin_start, self.begin_logp / temperature)
        total[np.isneginf(total)] = 0.0
        return Moves(
            labels=self.labels,
            out=self.out / temperature - total,
            dropped=np.exp(dropped - total),
            unit_start=self.unit_start,
            unit_label=self.unit_label,
            unit_logp=self.unit_logp / temperature - total[self.unit_start],
            begin_start=self.begin_start,
            begin_label=self.begin_label,
            begin_logp=self.begin_logp / temperature - total[self.begin_start],
            begin_length=self.begin_length,
            last=self.last / temperature,
        )
