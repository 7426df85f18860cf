"""Sequences of words that belong together, counted in a pool's tokens. Numbers only: no spaCy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Ids: TypeAlias = "NDArray[np.int64]"
Flags: TypeAlias = "NDArray[np.bool_]"

LONGEST = 5  # words
LEAST = 2  # a sequence that does not come again is none
# Normalized pointwise mutual information, from -1 to 1, of a sequence's first word with its rest, and of its last.
TOGETHER = 0.25
# A sequence of which more than this share stands within one longer sequence is a fragment of it.
WITHIN = 0.67


@dataclass(frozen=True, slots=True)
class Roles:
    """What each word may be in a term, by its number.

    Attributes:
        alone: a term by itself.
        first, last: of a sequence.
        inside: anywhere in one.
    """

    alone: Flags
    first: Flags
    last: Flags
    inside: Flags


def sequences(ids: Ids, texts: Ids, roles: Roles) -> Iterator[tuple[tuple[int, ...], int]]:
    """Yield the words and sequences of words that may be terms, with their counts.

    A sequence is grown word by word, as in frequent item sets (Agrawal and Srikant 1994), kept where its words belong
    together (Bouma 2009, "Normalized (pointwise) mutual information in collocation extraction"), and left out where it
    is a fragment of a longer one (the concern of C-value, Frantzi et al. 2000).

    Args:
        ids: the number of each token's word, text after text.
        texts: the number of each token's text.
        roles: by word number.
    """
    total, several = len(ids), len(roles.alone)
    single = np.bincount(ids, minlength=several)
    # Of the sequence of `size` words that begins at each token: its number, its count, whether it may be a term.
    numbers, counts, is_term, is_there = ids, single, roles.alone[ids], roles.inside[ids]
    for size in range(1, LONGEST + 1):
        at = np.flatnonzero(is_there[: max(0, total - size)])
        last = ids[at + size]
        at = at[(texts[at] == texts[at + size]) & roles.inside[last] & (counts[numbers[at]] >= LEAST)]
        _, start, which, many = np.unique(
            numbers[at] * several + ids[at + size], return_index=True, return_inverse=True, return_counts=True
        )
        start = at[start]
        first, last = ids[start], ids[start + size]
        bits = np.minimum(
            _npmi(many, single[first], counts[numbers[start + 1]], total),
            _npmi(many, counts[numbers[start]], single[last], total),
        )
        good = (many >= LEAST) & (bits >= TOGETHER) & roles.first[first] & roles.last[last] & (size < LONGEST)
        yield from _whole(ids, numbers, counts, is_term, size, longer=_covering(at, (many * good)[which], total))
        numbers, is_term, is_there = np.zeros_like(ids), np.zeros(total, bool), np.zeros(total, bool)
        numbers[at], is_term[at], is_there[at] = which, good[which], many[which] >= LEAST
        counts = many if len(many) else np.zeros(1, np.int64)


def _npmi(both: Ids, left: Ids, right: Ids, total: int) -> Any:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(both * total / (left * right)) / -np.log(both / total)


def _covering(at: Ids, many: Ids, total: int) -> Ids:
    """For each token: the count of the longer sequence that the one beginning there stands in."""
    longer = np.zeros(total, np.int64)
    np.maximum.at(longer, at, many)
    np.maximum.at(longer, at + 1, many)
    return longer


def _whole(
    ids: Ids, numbers: Ids, counts: Ids, is_term: Flags, size: int, *, longer: Ids
) -> Iterator[tuple[tuple[int, ...], int]]:
    """Those sequences that are no fragments, once each."""
    most = np.zeros(len(counts), np.int64)
    here = np.flatnonzero(is_term)
    np.maximum.at(most, numbers[here], longer[here])
    found, first = np.unique(numbers[here], return_index=True)
    for number, at in zip(found, here[first], strict=True):
        if most[number] <= WITHIN * counts[number]:
            yield tuple(ids[at : at + size].tolist()), int(counts[number])
