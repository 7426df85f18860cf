"""Passages: the part of a text that is most worth its seconds."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loop.lattice import Expectation, Lattice
from loop.timing import DIMMED, FASTEST, CostModel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
TokenRange = tuple[int, int]

# Tokens asked about on either side of the uncertain spans.
AROUND = 4
# How many of the most uncertain spans of a text a passage may begin or end at.
TRIED = 24
# A passage holds this share of the expected errors that one of its length could hold at most.
SHARE = 0.8
# Less probable spans are not worth their time.
NEGLIGIBLE = 0.005
# A stretch of fewer tokens between two that are known is not asked about at random.
FEWEST = 5
# A text shorter than this is asked about as a whole: it is read at a glance.
SHORT = 15


class Doubt(NamedTuple):
    """The spans of a text that may be errors of the best analysis, as arrays in order of text.

    Attributes:
        start, end: tokens. label: objects.
        shown: 1 for spans of the best analysis.
        false: the probability that a span of the best analysis is wrong.
        missed: the probability of a span that the best analysis lacks.
        edits: the corrections to be expected for it; see `loop.lattice.Expectation`.
    """

    start: Ints
    end: Ints
    label: NDArray[np.object_]
    shown: Floats
    false: Floats
    missed: Floats
    edits: Floats


def best_passage(
    lattice: Lattice,
    n_tokens: int,
    cost: CostModel,
    *,
    longest: int,
    known: Sequence[TokenRange] = (),
    label: str = "",
) -> tuple[TokenRange, Expectation] | None:
    """Find the token range with the most expected errors per second of predicted annotation time.

    It begins and ends `AROUND` tokens from uncertain spans or where something is known, holds at most `longest` tokens
    and touches none of `known`. The expectation counts every span that touches it. The whole text is tried, too.

    Args:
        lattice: of the text, or of the part of it that is shown.
        n_tokens: the length of what is shown.
        cost: the annotator's.
        longest: most tokens of a passage.
        known: token ranges whose spans are known.
        label: count the doubts about this label only, if there are any.

    Returns:
        The range and what to expect in it; None if nothing is uncertain that may be asked about.
    """
    doubt = _doubt(lattice)
    weight = doubt.false + doubt.missed
    if label and weight[doubt.label == label].sum():
        weight = np.where(doubt.label == label, weight, 0.0)
    if not len(weight) or not weight.sum():
        return None
    anchors = np.sort(np.argsort(-weight, kind="stable")[:TRIED])
    edges = np.array([(0, n_tokens), *((end, start) for start, end in known)])
    starts = np.union1d(np.maximum(0, doubt.start[anchors] - AROUND), edges[:, 0])
    ends = np.union1d(np.minimum(n_tokens, doubt.end[anchors] + AROUND), edges[:, 1])
    ends = np.union1d(ends, np.minimum(n_tokens, starts + longest))
    first, last = (each.ravel() for each in np.meshgrid(starts, ends, indexing="ij"))
    open_ = (first < last) & (last - first <= max(longest, SHORT))
    for start, end in known:
        open_ &= (last <= start) | (end <= first)
    if n_tokens < SHORT and not known:
        open_ &= last - first == n_tokens
    first, last = first[open_], last[open_]
    if not len(first):
        return None
    errors, edits, shown = (_touching(doubt, each, first, last) for each in (weight, doubt.edits, doubt.shown))
    if errors.max() < NEGLIGIBLE:
        return None
    enough = errors >= SHARE * errors.max()
    first, last, errors, edits, shown = (each[enough] for each in (first, last, errors, edits, shown))
    read = last - first + DIMMED * (n_tokens - (last - first))
    seconds = cost.constant + cost.token * read + cost.span * shown + cost.edit * edits
    best = int(np.argmax(errors / np.maximum(FASTEST, seconds)))
    chosen = int(first[best]), int(last[best])
    return chosen, _expected(doubt, chosen)


def random_stretch(
    n_tokens: int, longest: int, rng: Random, *, known: Sequence[TokenRange] = (), near: Sequence[TokenRange] = ()
) -> TokenRange | None:
    """Draw at most `longest` tokens in which nothing is known; None if too few are left.

    Args:
        n_tokens: the length of what is shown.
        longest: most tokens.
        rng: of the draw.
        known: token ranges whose spans are known.
        near: it touches one of these, if that is possible.
    """
    edges = [0, *(edge for one in sorted(known) for edge in one), n_tokens]
    free = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= min(FEWEST, n_tokens)]
    if not free:
        return None
    wanted = [(a, b, one) for a, b in free for one in near if one[0] < b and a < one[1]]
    if wanted:
        first, last, (start, end) = rng.choice(wanted)
        first, last = max(first, end - longest), min(last, start + longest)
    else:
        first, last = rng.choices(free, weights=[b - a for a, b in free])[0]
    start = rng.randrange(first, max(first, last - longest) + 1)
    return start, min(last, start + longest)


def _doubt(lattice: Lattice) -> Doubt:
    start, end, label, p = lattice.columns(NEGLIGIBLE)
    best = set(lattice.best(1)[0].spans)
    keys = zip(start.tolist(), end.tolist(), label.tolist(), strict=True)
    is_best = np.array([key in best for key in keys], dtype=bool)
    covered = np.zeros(int(end.max(initial=0)) + 1, dtype=np.int64)
    for first, last, _ in best:
        covered[first + 1 : last + 1] = 1
    covered = covered.cumsum()
    false, missed = np.where(is_best, 1.0 - p, 0.0), np.where(is_best, 0.0, p)
    apart = covered[end] == covered[start]
    return Doubt(start, end, label, is_best.astype(float), false, missed, false + np.where(apart, missed, 0.0))


def _touching(doubt: Doubt, values: Floats, first: Ints, last: Ints) -> Floats:
    """By range the sum of the values of all spans that touch it."""
    # Those that begin before its end, less those that end before its start.
    by_end = np.argsort(doubt.end, kind="stable")
    begun, ended = np.concatenate([[0.0], values.cumsum()]), np.concatenate([[0.0], values[by_end].cumsum()])
    before: Floats = begun[np.searchsorted(doubt.start, last, side="left")]
    gone: Floats = ended[np.searchsorted(doubt.end[by_end], first, side="right")]
    return before - gone


def _expected(doubt: Doubt, chosen: TokenRange) -> Expectation:
    first, last = (np.array([each]) for each in chosen)
    shown, false, missed, edits = (
        float(_touching(doubt, each, first, last)[0]) for each in (doubt.shown, doubt.false, doubt.missed, doubt.edits)
    )
    right = shown - false
    return Expectation(spans=right + missed, shown=round(shown), false=false, missed=missed, edits=edits)
