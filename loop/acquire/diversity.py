"""No two questions of a queue that are nearly the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from loop.acquire.coldstart import SAME_STRING

# Texts that share at least this part of their shingles are near-duplicates: the second teaches next to nothing.
SIMILAR = 0.5
# Pairs of neighbouring words: single words are shared by texts that say different things.
SHINGLE = 2

T = TypeVar("T")


def shingles(words: Sequence[str]) -> frozenset[tuple[str, ...]]:
    """The pairs of neighbouring words of a tokenised text, its only word where it has no two; in lower case."""
    plain = [word.lower() for word in words if word.strip()]
    return frozenset(tuple(plain[i : i + SHINGLE]) for i in range(max(1, len(plain) - SHINGLE + 1)))


def similarity(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    """The Jaccard index of two sets of shingles: what they share of what they hold together (Broder 1997)."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def diverse(
    ranked: Iterable[T], *, n: int, words: Callable[[T], Sequence[str]], subject: Callable[[T], str | None]
) -> list[T]:
    """The first `n` of `ranked` that repeat none before them; where these do not suffice, the repetitions follow.

    Args:
        ranked: best first; the rest of it is not looked at once there are enough.
        n: how many at most.
        words: of a text. Near-duplicates of one that is chosen are passed over.
        subject: the string that a question is mainly about, if there is one; no more than `SAME_STRING` are chosen for
            one string.
    """
    chosen: list[T] = []
    passed: list[T] = []
    seen: list[frozenset[tuple[str, ...]]] = []
    subjects: Counter[str] = Counter()
    for one in ranked:
        if len(chosen) >= n:
            break
        about = (subject(one) or "").lower()
        own = shingles(words(one))
        if (about and subjects[about] >= SAME_STRING) or any(similarity(own, other) >= SIMILAR for other in seen):
            passed.append(one)
            continue
        chosen.append(one)
        seen.append(own)
        subjects[about] += 1
    return [*chosen, *passed][:n]
