"""Overlapping windows of a long text, and what its tokens get from its word pieces."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from loop.records import Passage

Floats = NDArray[np.float32]


def windows(length: int, most: int) -> list[tuple[slice, slice]]:
    """Windows over `length` pieces, of at most `most` each, that overlap by half.

    Returns:
        For each window the pieces that it reads, and those of them whose features it gives: each piece's from the
        window in whose middle it is.
    """
    if length <= most:
        return [(slice(0, length), slice(0, length))]
    step = most // 2
    starts = [*range(0, length - most, step), length - most]
    middles = ((start + most + after) // 2 for start, after in pairwise(starts))
    given = pairwise([0, *middles, length])
    return [(slice(start, start + most), slice(*ends)) for start, ends in zip(starts, given, strict=True)]


def mean_of_pieces(features: Floats, pieces: Sequence[Passage], tokens: Sequence[Passage]) -> Floats:
    """The mean of the features of the pieces that touch each token; zeros if none does.

    Args:
        features: (pieces, width).
        pieces: where each piece is, in characters; those without a character touch nothing.
        tokens: where each token is, in order.

    Returns:
        (tokens, width).
    """
    sums = np.zeros((len(tokens), features.shape[1]), dtype=np.float32)
    counts = np.zeros(len(tokens), dtype=np.float32)
    ends = np.array([end for _, end in tokens])
    for row, (start, end) in zip(features, pieces, strict=True):
        token = int(np.searchsorted(ends, start, side="right"))
        while token < len(tokens) and tokens[token][0] < end:
            sums[token] += row
            counts[token] += 1
            token += 1
    return np.asarray(sums / np.maximum(counts, 1)[:, None], dtype=np.float32)
