"""Held-out texts that nearly repeat a training text and so inflate the scores."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from loop.acquire.diversity import SIMILAR, shingles, similarity
from loop.progress.held_out_gold import GoldText

# Word pairs in a larger share of the texts do not tell texts apart.
COMMON = 50


def near_duplicates(gold: Sequence[GoldText], learned: Iterable[str]) -> list[GoldText]:
    """Those held-out texts with a near-duplicate among the training texts, by their word pairs."""
    known = [shingles(text.split()) for text in learned]
    holding: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for i, each in enumerate(known):
        for shingle in each:
            holding[shingle].append(i)
    found = []
    for one in gold:
        own = shingles(one.text.split())
        near = {i for shingle in own for i in holding.get(shingle, ())[:COMMON]}
        if any(similarity(own, known[i]) >= SIMILAR for i in near):
            found.append(one)
    return found
