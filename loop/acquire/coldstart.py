"""Cold start: selects short texts and passages, and texts with pattern matches, before there is a model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median

# Most questions about the same string: a repeated mention teaches less than a new one.
SAME_STRING = 2
# Most tokens that are asked about of a long text.
SHORT_PASSAGE = 40


def short_ones(lengths: Sequence[int]) -> list[int]:
    """Indices of the texts that are no longer than the median one, in order.

    They bring the first model sooner than random texts, and say more than the most typical ones.
    """
    most = median(lengths) if lengths else 0
    return [i for i, length in enumerate(lengths) if length <= most]


def most_matched(matches: Sequence[Sequence[str]], *, n: int) -> list[int]:
    """Indices of up to `n` texts with pattern matches, those with the most unseen matches first.

    Args:
        matches: for each text, the strings that patterns matched.
        n: how many at most; no string is chosen more than `SAME_STRING` times.
    """
    seen: Counter[str] = Counter()
    left = {i for i, strings in enumerate(matches) if strings}
    chosen: list[int] = []

    def fresh(i: int) -> int:
        return sum(seen[string.lower()] < SAME_STRING for string in set(matches[i]))

    while left and len(chosen) < n:
        best = max(left, key=lambda i: (fresh(i), -i))
        if not fresh(best):
            break
        left.remove(best)
        chosen.append(best)
        seen.update({string.lower() for string in matches[best]})
    return chosen
