"""One text's lattice: every probability of its readings, also given that some spans are right or wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loop.errors import LatticeError
from loop.lattice.arcs import OUTSIDE, Arcs, arcs_from, sums, sums_of_many
from loop.lattice.codec import pack, unpack
from loop.lattice.constraints import NOTHING, Constraints, constrained
from loop.lattice.incremental import heaviest_near, sums_near
from loop.lattice.outlook import Outlook, outlook
from loop.lattice.paths import Heaviest, best_paths, heaviest
from loop.lattice.transitions import Floats, Ints, Transitions
from loop.records import TokenSpan


class Reading(NamedTuple):
    """One complete analysis of a text: its spans, sorted, and its log-probability in nats."""

    spans: tuple[TokenSpan, ...]
    logp: float


class Lattice:
    """All readings of one text with their probabilities. Immutable.

    A reading's probability is the product of its transitions' (softmax over those that are valid at each node), so that
    dynamic programming over the nodes is exact: no beam, no sampling. Transitions of negligible probability have been
    pruned; probabilities are those of the readings that are left, renormalised, and each is within `pruned`
    of the unpruned one.

    Attributes:
        moves: what it was made of, without constraints. labels: every label the lattice knows.
        own: the spans that the pipeline itself predicts, found greedily or by its beam.
        pruned: the probability mass lost to pruning, an upper bound.
    """

    __slots__ = (
        "_arcs", "_base", "_constraints", "_heaviest", "_p", "_ways", "labels", "moves", "own", "pruned",
    )  # fmt: skip

    moves: Transitions
    labels: tuple[str, ...]
    own: tuple[TokenSpan, ...]
    pruned: float

    def __init__(
        self,
        moves: Transitions,
        own: Iterable[TokenSpan] = (),
        constraints: Constraints = NOTHING,
        *,
        base: Lattice | None = None,
    ) -> None:
        """Sum over all paths of `moves`; `base` is their lattice without constraints, if that is there.

        Raises:
            LatticeError: the constraints contradict each other, or every reading.
        """
        labels, arcs = constrained(moves, base._arcs if base else arcs_from(moves), constraints)
        if constraints.excluded:
            base = None  # what is ruled out is felt beyond it, other than what is settled
        ways = sums_near(arcs, base._ways, constraints.runs, base._arcs.longest) if base else sums(arcs)
        self._fill(moves, tuple(own), constraints, labels, arcs, ways, base)

    def _fill(
        self,
        moves: Transitions,
        own: tuple[TokenSpan, ...],
        constraints: Constraints,
        labels: tuple[str, ...],
        arcs: Arcs,
        ways: tuple[Floats, Floats],
        base: Lattice | None = None,
    ) -> None:
        self.moves, self.own, self._constraints, self.labels = moves, own, constraints, labels
        self._arcs, self._ways, self._base = arcs, ways, base
        self._heaviest: Heaviest | None = None
        from_start, from_end = ways
        total = from_start[-1]
        if np.isneginf(total):
            raise LatticeError(
                "No reading of this text is possible with these spans.",
                hint="Rule out fewer spans, or say that their tokens are outside.",
            )
        lost = float(np.exp(from_start[:-1]) @ arcs.lost[:-1])
        self.pruned = lost / (lost + float(np.exp(total))) if lost else 0.0
        self._p = np.exp(from_start[arcs.start] + arcs.weight + from_end[arcs.end] - total)

    @property
    def _total(self) -> float:
        """The log sum of the weights of all readings."""
        return float(self._ways[0][-1])

    @property
    def entropy(self) -> float:
        """The entropy of the reading, in nats."""
        used = self._p > 0.0
        return max(0.0, float(self._total - self._p[used] @ self._arcs.weight[used]))

    @classmethod
    def batch(cls, moves: Transitions, lengths: Sequence[int], own: Sequence[tuple[TokenSpan, ...]]) -> list[Lattice]:
        """One lattice per text, where `moves` holds the texts' tokens one after the other; faster than one by one.

        Args:
            moves: no entity crosses from one text to the next.
            lengths: in tokens, adding up to `moves.n_tokens`.
            own: the pipeline's own spans of each text.
        """
        if len(lengths) == 1:
            return [cls(moves, own[0])]
        sizes = np.asarray(lengths, dtype=np.int64)
        text = np.repeat(np.arange(len(sizes)), sizes)
        arcs = arcs_from(moves)
        arc_text = text[arcs.start]
        first = np.cumsum(sizes) - sizes
        level = np.arange(moves.n_tokens + len(sizes)) - np.repeat(first + np.arange(len(sizes)), sizes + 1)
        nodes = Arcs(arcs.start + arc_text, arcs.end + arc_text, arcs.label, arcs.weight, arcs.lost)
        ways = sums_of_many(nodes, level, np.repeat(sizes, sizes + 1))
        bounds = np.searchsorted(arcs.start, np.append(first, moves.n_tokens))
        return [
            cls._part(moves, arcs, ways, own[i], (int(first[i]), int(sizes[i]), i), (bounds[i], bounds[i + 1]))
            for i in range(len(sizes))
        ]

    @classmethod
    def _part(
        cls,
        moves: Transitions,
        arcs: Arcs,
        ways: tuple[Floats, Floats],
        own: tuple[TokenSpan, ...],
        place: tuple[int, int, int],
        bounds: tuple[int, int],
    ) -> Lattice:
        first, size, text = place
        arc = slice(*bounds)
        node = slice(first + text, first + text + size + 1)
        lost = np.append(arcs.lost[first : first + size], 0.0)
        part = Arcs(arcs.start[arc] - first, arcs.end[arc] - first, arcs.label[arc], arcs.weight[arc], lost)
        lattice = cls.__new__(cls)
        own_moves = moves.cut(first, first + size)
        lattice._fill(own_moves, own, NOTHING, moves.labels, part, (ways[0][node], ways[1][node]))
        return lattice

    @property
    def n_tokens(self) -> int:
        """The text's length in tokens."""
        return self.moves.n_tokens

    def spans(self, epsilon: float = 0.01) -> list[tuple[TokenSpan, float]]:
        """All spans whose marginal probability is at least `epsilon`, sorted, with that probability."""
        rows = zip(*(column.tolist() for column in self.columns(epsilon)), strict=True)
        return [(TokenSpan(start, end, label), p) for start, end, label, p in rows]

    def columns(self, epsilon: float = 0.01) -> tuple[Ints, Ints, NDArray[np.object_], Floats]:
        """The same as arrays: (spans,) starts, ends, labels and probabilities."""
        found, p = self._found(epsilon)
        arcs, names = self._arcs, np.array(self.labels, dtype=object)
        place = np.argsort(np.argsort(self.labels))  # of each label among the sorted ones
        order = np.lexsort((place[arcs.label[found]], arcs.end[found], arcs.start[found]))
        there = found[order]
        return arcs.start[there], arcs.end[there], names[arcs.label[there]], p[order]

    def _found(self, epsilon: float) -> tuple[Ints, Floats]:
        """The arcs of entities that are at least so probable, and their probabilities."""
        p = self._p
        found = np.flatnonzero((p > 0.0) & (p >= epsilon) & (self._arcs.label != OUTSIDE))
        return found, np.minimum(p[found], 1.0)

    def squared_error(self, gold: Collection[TokenSpan], epsilon: float) -> float:
        """The sum over all spans of (p - 1)² for one of `gold`, p² for another; p below `epsilon` counts as 0."""
        found, p = self._found(epsilon)
        error = float(p @ p)
        for span in gold:
            at = self._at(span, found)
            error += 1.0 if at is None else 1.0 - 2.0 * float(p[at])
        return error

    def _at(self, span: TokenSpan, found: Ints) -> int | None:
        """Where a span is among the arcs `found`."""
        if span.label not in self.labels:
            return None
        arcs, label = self._arcs, self.labels.index(span.label)
        here = (arcs.start[found] == span.start) & (arcs.end[found] == span.end) & (arcs.label[found] == label)
        return int(here.argmax()) if here.any() else None

    def best(self, k: int = 1) -> list[Reading]:
        """The `k` most probable readings, best first; fewer if the lattice has fewer."""
        if k == 1:
            found = self._heaviest_ways()
            return [self._reading(found.way(), float(found.weight[-1]))]
        arcs = self._arcs
        return [
            self._reading(
                zip(arcs.start[way].tolist(), arcs.end[way].tolist(), arcs.label[way].tolist(), strict=True), weight
            )
            for way, weight in best_paths(arcs, self.n_tokens, k)
        ]

    def _heaviest_ways(self) -> Heaviest:
        if self._heaviest is None:
            base = self._base
            self._heaviest = (
                heaviest_near(self._arcs, base._heaviest_ways(), self._constraints.runs, base._arcs.longest)
                if base
                else heaviest(self._arcs)
            )
        return self._heaviest

    def _reading(self, way: Iterable[tuple[int, int, int]], weight: float) -> Reading:
        spans = tuple(TokenSpan(start, end, self.labels[label]) for start, end, label in way if label != OUTSIDE)
        return Reading(spans, min(0.0, weight - self._total))

    def outlook(self) -> Outlook:
        """What to expect of the best reading, judged by the probabilities of all."""
        return outlook(self._arcs, self._p, self.n_tokens, self._total)

    def logp(self, spans: Iterable[TokenSpan]) -> float:
        """The log-probability in nats of the reading that has exactly these spans; -inf if it is pruned or impossible.

        Raises:
            LatticeError: two of the spans overlap, or one does not lie in the text.
        """
        wanted = Constraints.of(self.n_tokens, fixed=spans)
        arcs = self._arcs
        index = {name: i for i, name in enumerate(self.labels)}
        keys = zip(arcs.start.tolist(), arcs.end.tolist(), arcs.label.tolist(), strict=True)
        weight = dict(zip(keys, arcs.weight.tolist(), strict=True))
        inside = {i for span in wanted.fixed for i in range(span.start, span.end)}
        steps = [(i, i + 1, OUTSIDE) for i in range(self.n_tokens) if i not in inside]
        steps += [(span.start, span.end, index.get(span.label, len(index))) for span in wanted.fixed]
        return min(0.0, float(sum(weight.get(step, -np.inf) for step in steps) - self._total))

    def given(
        self,
        fixed: Iterable[TokenSpan] = (),
        excluded: Iterable[TokenSpan] = (),
        outside: Iterable[int] = (),
    ) -> Lattice:
        """The lattice of the readings that agree: what is known of the text changes the probabilities of the rest.

        Exact: as if all readings had been listed, those that disagree struck out, and the others renormalised. A
        fixed span may be one that the lattice has pruned, or has no label for: what follows from it does not
        depend on how probable it was. Constraints add to those already given.

        Args:
            fixed: spans that are right.
            excluded: spans that are not.
            outside: tokens that no entity covers.

        Raises:
            LatticeError: they contradict each other, or no reading is left.
        """
        more = Constraints.of(self.n_tokens, fixed=fixed, excluded=excluded, outside=outside)
        base = self if self._constraints == NOTHING else self._base
        return Lattice(self.moves, self.own, self._constraints.joined(more), base=base)

    def tempered(self, temperature: float) -> Lattice:
        """The lattice with its transitions tempered (see `Transitions.tempered`); constraints stay.

        What had been pruned cannot come back: with a temperature above 1 `pruned` grows to the most that it may be.
        """
        return Lattice(self.moves.tempered(temperature), self.own, self._constraints)

    def to_bytes(self) -> bytes:
        """The lattice, constraints and all, in about 30 bytes a token (numbers as 32-bit floats, compressed)."""
        return pack(self.moves, self.own, self._constraints)

    @classmethod
    def from_bytes(cls, data: bytes) -> Lattice:
        """The lattice that `to_bytes` wrote.

        Raises:
            LatticeError: the bytes are something else, or of an unknown version.
        """
        return cls(*unpack(data))
