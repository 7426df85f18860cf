"""Find near-duplicates among many texts in linear time, by sketches of their word pairs (MinHash, Broder 1997)."""

from __future__ import annotations

import re

import numpy as np
from murmurhash import mrmr  # type: ignore[import-untyped]

from loop.acquire.diversity import shingles

# Near-duplicates have this Jaccard similarity of their word pairs: stricter than for a queue, since they are left out.
NEARLY_THE_SAME = 0.8
# A candidate agrees in all minima of a band: one of 0.8 is missed in 3 of 1,000 cases.
_BANDS, _MINIMA = 8, 3
_RNG = np.random.default_rng(0)
_FACTORS = _RNG.integers(0, 2**63, size=(_BANDS * _MINIMA, 1), dtype=np.uint64) * 2 + 1
_SHIFT = np.uint64(32)
# Case and punctuation do not tell texts apart.
_WORD = re.compile(r"\w+")


class SeenTexts:
    """The texts seen so far, as sketches: about 4 bytes a word and 1 KB a text."""

    def __init__(self) -> None:
        self._exactly: set[int] = set()
        self._heads: dict[tuple[int, bytes], np.ndarray] = {}

    def is_near(self, text: str) -> bool:
        """Add a text unless it nearly repeats an earlier one; return whether it does, but is not exactly the same."""
        if (exactly := hash(text)) in self._exactly:
            return False
        own = _hashed(text)
        if not len(own):
            return False
        minima = ((own * _FACTORS) >> _SHIFT).min(axis=1).astype(np.uint32).reshape(_BANDS, _MINIMA)
        keys = [(band, row.tobytes()) for band, row in enumerate(minima)]
        candidates = {id(one): one for key in keys if (one := self._heads.get(key)) is not None}
        if any(_similarity(own, other) >= NEARLY_THE_SAME for other in candidates.values()):
            return True
        self._exactly.add(exactly)
        for key in keys:
            self._heads.setdefault(key, own)
        return False


def _hashed(text: str) -> np.ndarray:
    """The word pairs of a text as sorted hashes."""
    words = _WORD.findall(text)
    pairs = [mrmr.hash(" ".join(pair)) & 0xFFFFFFFF for pair in shingles(words)] if words else []
    return np.unique(np.array(pairs, dtype=np.uint64))


def _similarity(one: np.ndarray, other: np.ndarray) -> float:
    """The Jaccard index of two sets of hashes."""
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / (len(one) + len(other) - shared)
