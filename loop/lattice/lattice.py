"""The lattice of one text: exact probabilities of its analyses, also conditional on known spans."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loop.errors import LatticeError
from loop.former_names import attribute
from loop.lattice.arcs import OUTSIDE, Arcs, arcs_from, sums, sums_of_many
from loop.lattice.codec import pack, unpack
from loop.lattice.constraints import NOTHING, Constraints, constrained
from loop.lattice.expectation import Expectation, expectation
from loop.lattice.incremental import heaviest_near, sums_near
from loop.lattice.paths import Heaviest, best_paths, heaviest
from loop.lattice.transitions import Floats, Ints, Transitions
from loop.records import TokenSpan


class Analysis(NamedTuple):
    """One complete analysis of a text: its sorted spans and its log-probability in nats."""

    spans: tuple[TokenSpan, ...]
    logp: float


class Lattice:
    """All analyses of one text with their probabilities. Immutable.

    The probability of an analysis is the product of its transition probabilities (softmax over the valid transitions at
    each node), so dynamic programming over the nodes is exact: no beam, no sampling. Transitions of negligible
    probability are pruned and the remaining analyses renormalised; every probability is within `pruned` of its
    unpruned value.

    Attributes:
        transitions: the transitions, without constraints.
        labels: all labels the lattice knows.
        own: the spans that the pipeline itself predicts, by greedy or beam search.
        pruned: upper bound of the probability mass lost to pruning.
    """

    __slots__ = ("_arcs", "_base", "_constraints", "_heaviest", "_p", "_ways", "labels", "own", "pruned", "transitions")

    transitions: Transitions
    labels: tuple[str, ...]
    own: tuple[TokenSpan, ...]
    pruned: float

    moves = attribute("Lattice", "moves", "transitions")
    outlook = attribute("Lattice", "outlook", "expected")

    def __init__(
        self,
        transitions: Transitions,
        own: Iterable[TokenSpan] = (),
        constraints: Constraints = NOTHING,
        *,
        base: Lattice | None = None,
    ) -> None:
        """Sum over all paths.

        Args:
            transitions: the transitions.
            own: the spans that the pipeline itself predicts.
            constraints: those that every analysis has to satisfy.
            base: the lattice of `transitions` without constraints, if there is one; it speeds up the sums.

        Raises:
            LatticeError: no analysis satisfies the constraints.
        """
        labels, arcs = constrained(transitions, base._arcs if base else arcs_from(transitions), constraints)
        if constraints.excluded:
            base = None  # unlike a settled range, an excluded span changes values beyond its ends
        ways = sums_near(arcs, base._ways, constraints.runs, base._arcs.longest) if base else sums(arcs)
        self._fill(transitions, tuple(own), constraints, labels, arcs, ways, base)

    def _fill(
        self,
        transitions: Transitions,
        own: tuple[TokenSpan, ...],
        constraints: Constraints,
        labels: tuple[str, ...],
        arcs: Arcs,
        ways: tuple[Floats, Floats],
        base: Lattice | None = None,
    ) -> None:
        self.transitions, self.own, self._constraints, self.labels = transitions, own, constraints, labels
        self._arcs, self._ways, self._base = arcs, ways, base
        self._heaviest: Heaviest | None = None
        from_start, from_end = ways
        total = from_start[-1]
        if np.isneginf(total):
            raise LatticeError(
                "No analysis of this text satisfies these constraints.",
                hint="Exclude fewer spans, or mark their tokens as outside.",
            )
        lost = float(np.exp(from_start[:-1]) @ arcs.lost[:-1])
        self.pruned = lost / (lost + float(np.exp(total))) if lost else 0.0
        self._p = np.exp(from_start[arcs.start] + arcs.weight + from_end[arcs.end] - total)

    @property
    def _total(self) -> float:
        """The log of the total weight of all analyses."""
        return float(self._ways[0][-1])

    @property
    def entropy(self) -> float:
        """The entropy of the distribution over analyses, in nats."""
        used = self._p > 0.0
        return max(0.0, float(self._total - self._p[used] @ self._arcs.weight[used]))

    @classmethod
    def batch(
        cls, transitions: Transitions, lengths: Sequence[int], own: Sequence[tuple[TokenSpan, ...]]
    ) -> list[Lattice]:
        """Build the lattices of many texts at once, faster than one by one.

        Args:
            transitions: transitions of the concatenated texts; no entity crosses a boundary between two of them.
            lengths: of the texts in tokens; their sum is `transitions.n_tokens`.
            own: for each text, the spans that the pipeline itself predicts.
        """
        if len(lengths) == 1:
            return [cls(transitions, own[0])]
        sizes = np.asarray(lengths, dtype=np.int64)
        text = np.repeat(np.arange(len(sizes)), sizes)
        arcs = arcs_from(transitions)
        arc_text = text[arcs.start]
        first = np.cumsum(sizes) - sizes
        level = np.arange(transitions.n_tokens + len(sizes)) - np.repeat(first + np.arange(len(sizes)), sizes + 1)
        nodes = Arcs(arcs.start + arc_text, arcs.end + arc_text, arcs.label, arcs.weight, arcs.lost)
        ways = sums_of_many(nodes, level, np.repeat(sizes, sizes + 1))
        bounds = np.searchsorted(arcs.start, np.append(first, transitions.n_tokens))
        return [
            cls._part(transitions, arcs, ways, own[i], (int(first[i]), int(sizes[i]), i), (bounds[i], bounds[i + 1]))
            for i in range(len(sizes))
        ]

    @classmethod
    def _part(
        cls,
        transitions: Transitions,
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
        own_transitions = transitions.cut(first, first + size)
        lattice._fill(own_transitions, own, NOTHING, transitions.labels, part, (ways[0][node], ways[1][node]))
        return lattice

    @property
    def n_tokens(self) -> int:
        """The text's length in tokens."""
        return self.transitions.n_tokens

    def spans(self, epsilon: float = 0.01) -> list[tuple[TokenSpan, float]]:
        """All spans with a marginal probability of at least `epsilon`, sorted, with that probability."""
        rows = zip(*(column.tolist() for column in self.columns(epsilon)), strict=True)
        return [(TokenSpan(start, end, label), p) for start, end, label, p in rows]

    def columns(self, epsilon: float = 0.01) -> tuple[Ints, Ints, NDArray[np.object_], Floats]:
        """The result of `spans` as arrays, each (spans,): starts, ends, labels and probabilities."""
        found, p = self._found(epsilon)
        arcs, names = self._arcs, np.array(self.labels, dtype=object)
        place = np.argsort(np.argsort(self.labels))  # rank of each label in sorted order
        order = np.lexsort((place[arcs.label[found]], arcs.end[found], arcs.start[found]))
        there = found[order]
        return arcs.start[there], arcs.end[there], names[arcs.label[there]], p[order]

    def _found(self, epsilon: float) -> tuple[Ints, Floats]:
        """Indices and probabilities of the entity arcs with probability `epsilon` or more."""
        p = self._p
        found = np.flatnonzero((p > 0.0) & (p >= epsilon) & (self._arcs.label != OUTSIDE))
        return found, np.minimum(p[found], 1.0)

    def squared_error(
        self, gold: Collection[TokenSpan], epsilon: float, within: Sequence[tuple[int, int]] | None = None
    ) -> float:
        """Sum over all spans of (p - 1)² if the span is in `gold`, else p²; p below `epsilon` counts as 0.

        With `within`, over those spans only that touch one of these token ranges.
        """
        found, p = self._found(epsilon)
        if within is not None:
            start, end = self._arcs.start[found], self._arcs.end[found]
            touches = np.zeros(len(found), dtype=bool)
            for first, last in within:
                touches |= (start < last) & (first < end)
            found, p = found[touches], p[touches]
            gold = [span for span in gold if any(span.start < last and first < span.end for first, last in within)]
        error = float(p @ p)
        for span in gold:
            at = self._at(span, found)
            error += 1.0 if at is None else 1.0 - 2.0 * float(p[at])
        return error

    def _at(self, span: TokenSpan, found: Ints) -> int | None:
        """The index in `found` of the arc of `span`."""
        if span.label not in self.labels:
            return None
        arcs, label = self._arcs, self.labels.index(span.label)
        here = (arcs.start[found] == span.start) & (arcs.end[found] == span.end) & (arcs.label[found] == label)
        return int(here.argmax()) if here.any() else None

    def best(self, k: int = 1) -> list[Analysis]:
        """The `k` most probable analyses, best first; fewer if the lattice has fewer."""
        if k == 1:
            found = self._heaviest_ways()
            return [self._analysis(found.way(), float(found.weight[-1]))]
        arcs = self._arcs
        return [
            self._analysis(
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

    def _analysis(self, way: Iterable[tuple[int, int, int]], weight: float) -> Analysis:
        spans = tuple(TokenSpan(start, end, self.labels[label]) for start, end, label in way if label != OUTSIDE)
        return Analysis(spans, min(0.0, weight - self._total))

    def expected(self) -> Expectation:
        """Expected errors of the most probable analysis."""
        return expectation(self._arcs, self._p, self.n_tokens, self._total)

    def logp(self, spans: Iterable[TokenSpan]) -> float:
        """Log-probability, in nats, of the analysis with exactly these spans; -inf if it is pruned or impossible.

        Raises:
            LatticeError: two of the spans overlap, or one lies outside the text.
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
        """Condition the lattice on constraints, in addition to any it already has.

        Exact: equivalent to listing all analyses, dropping those that violate a constraint and renormalising. A fixed
        span may have been pruned, or have a label unknown to the lattice: the conditional probabilities do not depend
        on its own.

        Args:
            fixed: correct spans.
            excluded: wrong spans.
            outside: indices of tokens that no entity covers.

        Raises:
            LatticeError: the constraints contradict each other, or no analysis satisfies them.
        """
        more = Constraints.of(self.n_tokens, fixed=fixed, excluded=excluded, outside=outside)
        base = self if self._constraints == NOTHING else self._base
        return Lattice(self.transitions, self.own, self._constraints.joined(more), base=base)

    def tempered(self, temperature: float) -> Lattice:
        """The lattice with tempered transitions (see `Transitions.tempered`) and the same constraints.

        Pruned transitions stay pruned. With a temperature above 1, `pruned` becomes an upper bound of their mass at
        that temperature.
        """
        return Lattice(self.transitions.tempered(temperature), self.own, self._constraints)

    def to_bytes(self) -> bytes:
        """Serialise the lattice with its constraints: compressed 32-bit floats, about 30 bytes per token."""
        return pack(self.transitions, self.own, self._constraints)

    @classmethod
    def from_bytes(cls, data: bytes) -> Lattice:
        """Load a lattice written by `to_bytes`.

        Raises:
            LatticeError: the bytes are damaged, not a lattice, or of an unknown version.
        """
        return cls(*unpack(data))
