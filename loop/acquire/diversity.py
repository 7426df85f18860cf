"""Keeps near-duplicate questions out of a queue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from loop.acquire.coldstart import SAME_STRING

# Texts with at least this Jaccard similarity are near-duplicates: the second teaches next to nothing.
SIMILAR = 0.5
# Words per shingle: texts that say different things still share single words.
SHINGLE = 2

T = TypeVar("T")


def shingles(words: Sequence[str]) -> frozenset[tuple[str, ...]]:
    """The lower-cased word bigrams of a tokenised text; its only word if it has just one."""
    plain = [word.lower() for word in words if word.strip()]
    return frozenset(tuple(plain[i : i + SHINGLE]) for i in range(max(1, len(plain) - SHINGLE + 1)))


def similarity(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    """The Jaccard index of two sets of shingles (resemblance, Broder 1997)."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def diverse(
    ranked: Iterable[T], *, n: int, words: Callable[[T], Sequence[str]], subject: Callable[[T], str | None]
) -> list[T]:
    """The first `n` of `ranked` without repetitions; if these do not suffice, repetitions follow.

    Args:
        ranked: best first; consumed only as far as needed.
        n: how many at most.
        words: returns the words of a text; near-duplicates of a chosen text are repetitions.
        subject: returns the string that a question is mainly about, if any; more than `SAME_STRING` questions about one
            string are repetitions.
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
