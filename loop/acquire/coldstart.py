"""Cold start: selects typical texts, and texts with pattern matches, before there is a model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from heapq import heapify, heappop, heapreplace
from math import log

# Most questions about the same string: a repeated mention teaches less than a new one.
SAME_STRING = 2
SHORTEST_TYPICAL = 4


def most_typical(texts: Sequence[Sequence[str]], *, n: int) -> list[int]:
    """Indices of the `n` most typical tokenised texts, most typical first.

    A text is typical if its words occur in many other texts: the score is the mean log document frequency of its
    distinct words. A word in texts already chosen counts a half, a third, …, which keeps the choice diverse.
    """
    words = [{word.lower() for word in text if word.strip()} for text in texts]
    frequency = Counter(word for text in words for word in text)
    shown: Counter[str] = Counter()

    def typicality(i: int) -> float:
        # Sorted: the order of a set, and with it a sum of floats, differs between processes.
        total = sum(log(1 + frequency[word]) / (1 + shown[word]) for word in sorted(words[i]))
        return total / max(len(words[i]), SHORTEST_TYPICAL)

    # Lazy greedy search: scores only fall, so an old score is an upper bound, and an updated one that still leads wins.
    waiting = [(-typicality(i), i) for i, text in enumerate(words) if text]
    heapify(waiting)
    chosen: list[int] = []
    while waiting and len(chosen) < n:
        _, best = waiting[0]
        now = (-typicality(best), best)
        if now > waiting[0]:
            heapreplace(waiting, now)
            continue
        heappop(waiting)
        chosen.append(best)
        shown.update(words[best])
    return chosen


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
