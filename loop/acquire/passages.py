"""Passages: the part of a text that is most worth its seconds."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loop.lattice import Expectation, Lattice
from loop.settled import gaps
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
# No rest of fewer tokens is left beside a passage, if it can be helped.
FEWEST = 5
# To begin with a sentence, a random stretch is moved by no more tokens; to end with one, it loses no more than half.
NEAR = 20
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


def best_passages(
    lattice: Lattice,
    n_tokens: int,
    cost: CostModel,
    *,
    longest: int,
    most: int = 1,
    known: Sequence[TokenRange] = (),
    label: str = "",
) -> list[tuple[TokenRange, Expectation]]:
    """Find the token ranges with the most expected errors per second of predicted annotation time.

    Each begins and ends `AROUND` tokens from uncertain spans or where something is known, holds at most `longest`
    tokens and touches neither `known` nor another. The expectation counts every span that touches it and nothing known.
    The whole text is tried, too.

    Args:
        lattice: of the text, or of the part of it that is shown.
        n_tokens: the length of what is shown.
        cost: the annotator's.
        longest: most tokens of a passage.
        most: how many ranges at most.
        known: token ranges whose spans are known.
        label: count the doubts about this label only, if there are any.

    Returns:
        The ranges, best first, and what to expect in each; none if nothing is uncertain that may be asked about.
    """
    taken, left = list(known), _doubt(lattice)
    found: list[tuple[TokenRange, Expectation]] = []
    while len(found) < most:
        left = _apart(left, taken)
        weight = _weight(left, label)
        best = _best(left, weight, _ranges(left, weight, n_tokens, longest, taken), n_tokens, cost)
        if best is None:
            break
        found.append((best, _expected(left, best)))
        taken.append(best)
    return found


def _apart(doubt: Doubt, known: Sequence[TokenRange]) -> Doubt:
    """The doubts about spans that touch nothing known: what is known decides those at its edges."""
    apart = np.ones(len(doubt.start), dtype=bool)
    for start, end in known:
        apart &= (doubt.end <= start) | (end <= doubt.start)
    return Doubt._make(each[apart] for each in doubt)


def _weight(doubt: Doubt, label: str) -> Floats:
    """Expected errors of each span."""
    weight = doubt.false + doubt.missed
    mine = np.where(doubt.label == label, weight, 0.0)
    return mine if label and mine.sum() else weight


def _ranges(
    doubt: Doubt, weight: Floats, n_tokens: int, longest: int, known: Sequence[TokenRange]
) -> tuple[Ints, Ints]:
    """The token ranges to try, as their starts and ends."""
    if n_tokens < SHORT and not known:
        return np.array([0]), np.array([n_tokens])
    anchors = np.sort(np.argsort(-weight, kind="stable")[:TRIED])
    found = [
        _ranges_within(gap, doubt.start[anchors], doubt.end[anchors], max(longest, SHORT))
        for gap in gaps(n_tokens, known)
    ]
    first, last = (np.concatenate([np.empty(0, dtype=np.int64), *(one[n] for one in found)]) for n in (0, 1))
    return first, last


def _ranges_within(gap: TokenRange, start: Ints, end: Ints, longest: int) -> tuple[Ints, Ints]:
    """Those between two places in which something is known, around spans from `start` to `end`."""
    inside = (gap[0] <= start) & (end <= gap[1])
    starts = np.union1d(gap[0], start[inside] - AROUND)
    starts = np.unique(np.where(starts < gap[0] + FEWEST, gap[0], starts))
    ends = np.union1d(gap[1], end[inside] + AROUND)
    ends = np.where(ends > gap[1] - FEWEST, gap[1], ends)
    full = starts + longest
    full = np.where(full >= gap[1], gap[1], np.minimum(full, gap[1] - FEWEST))
    first, last = (each.ravel() for each in np.meshgrid(starts, np.union1d(ends, full), indexing="ij"))
    fits = (first < last) & (last - first <= longest)
    return first[fits], last[fits]


def _best(doubt: Doubt, weight: Floats, ranges: tuple[Ints, Ints], n_tokens: int, cost: CostModel) -> TokenRange | None:
    """The range with the most expected errors per second among those that hold enough of them; None if none does."""
    first, last = ranges
    errors, edits, shown = (_touching(doubt, each, first, last) for each in (weight, doubt.edits, doubt.shown))
    if errors.max(initial=0.0) < NEGLIGIBLE:
        return None
    read = last - first + DIMMED * (n_tokens - (last - first))
    seconds = cost.constant + cost.token * read + cost.span * shown + cost.edit * edits
    gain = np.where(errors >= SHARE * errors.max(), errors / np.maximum(FASTEST, seconds), 0.0)
    best = int(np.argmax(gain))
    return int(first[best]), int(last[best])


def random_stretches(
    n_tokens: int,
    longest: int,
    rng: Random,
    *,
    most: int = 1,
    known: Sequence[TokenRange] = (),
    near: Sequence[TokenRange] = (),
    ends: Sequence[int] = (),
) -> list[TokenRange]:
    """Draw token ranges of at most `longest` tokens in which nothing is known, none touching another.

    They begin and end with sentences, where some end nearby.

    Args:
        n_tokens: the length of what is shown.
        longest: most tokens.
        rng: of the draw.
        most: how many ranges at most.
        known: token ranges whose spans are known.
        near: each touches one of these, if that is possible.
        ends: the tokens before which a sentence ends.
    """
    found: list[TokenRange] = []
    while len(found) < most and (free := gaps(n_tokens, [*known, *found])):
        wanted = [(gap, one) for gap in free for one in near if one[0] < gap[1] and gap[0] < one[1]]
        gap = rng.choices(free, weights=[b - a for a, b in free])[0]
        gap, place = rng.choice(wanted) if wanted else (gap, gap)
        place = max(gap[0], place[0]), min(gap[1], place[1])
        found.append(_with_sentences(_stretch(gap, longest, rng, place), gap, place, longest, ends))
    return found


def _stretch(gap: TokenRange, longest: int, rng: Random, place: TokenRange) -> TokenRange:
    """Draw as many tokens of a gap as are asked about at most, around a place in it."""
    first, last = gap
    if last - first <= longest:
        return gap
    size = min(longest, last - first - FEWEST)
    start, end = place
    around = range(max(first, min(start, end - size)), min(last - size, max(start, end - size)) + 1)
    tidy = [n for n in around if _leaves_no_small_rest((n, n + size), gap)]
    chosen = rng.choice(tidy or around)
    return chosen, chosen + size


def _leaves_no_small_rest(stretch: TokenRange, gap: TokenRange) -> bool:
    return not {stretch[0] - gap[0], gap[1] - stretch[1]}.intersection(range(1, FEWEST))


def _with_sentences(
    stretch: TokenRange, gap: TokenRange, place: TokenRange, longest: int, ends: Sequence[int]
) -> TokenRange:
    """Move the ends of a stretch to those of sentences nearby, if it then still holds the place or is within it."""
    size, best = stretch[1] - stretch[0], {*gap, *ends}
    starts = [stretch[0], *(n for n in best if abs(n - stretch[0]) <= NEAR)]
    every = [(start, stop) for start in starts for stop in (start + size, *best)]
    sized = [one for one in every if size / 2 <= one[1] - one[0] <= longest and _holds(gap, one)]
    tidy = [one for one in sized if _leaves_no_small_rest(one, gap)]
    around = _holds(stretch, place)
    return min(
        (one for one in tidy if (_holds(one, place) if around else _holds(place, one))),
        key=lambda one: (len({*one} - best), abs(one[0] - stretch[0]) + abs(one[1] - stretch[1])),
        default=stretch,
    )


def _holds(outer: TokenRange, inner: TokenRange) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


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
