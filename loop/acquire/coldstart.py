"""What to ask before a model knows anything: typical texts, and texts in which a pattern hits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from heapq import heapify, heappop, heapreplace
from math import log

# No more than this many questions about the same string: the second mention teaches less than a new one.
SAME_STRING = 2
SHORTEST_TYPICAL = 4


def most_typical(texts: Sequence[Sequence[str]], *, n: int) -> list[int]:
    """Indices of the `n` most typical of some tokenised texts, most typical first.

    A text is typical when its distinct words occur in many of the others: the mean over them of the log of their
    document frequency. A word already shown counts half, a third, … so that the choice does not repeat itself.
    """
    words = [{word.lower() for word in text if word.strip()} for text in texts]
    frequency = Counter(word for text in words for word in text)
    shown: Counter[str] = Counter()

    def typicality(i: int) -> float:
        # Sorted, so that a sum of floats is the same in every process.
        total = sum(log(1 + frequency[word]) / (1 + shown[word]) for word in sorted(words[i]))
        return total / max(len(words[i]), SHORTEST_TYPICAL)

    # What was shown only makes others less typical: an old value is a bound, and a fresh one that still leads wins.
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


def most_hit(hits: Sequence[Sequence[str]], *, n: int) -> list[int]:
    """Indices of up to `n` texts in which patterns hit, the ones with most hits not yet seen first.

    Args:
        hits: per text the strings that a pattern matched.
        n: how many at most; a string is not asked for more often than `SAME_STRING` times.
    """
    seen: Counter[str] = Counter()
    left = {i for i, strings in enumerate(hits) if strings}
    chosen: list[int] = []

    def fresh(i: int) -> int:
        return sum(seen[string.lower()] < SAME_STRING for string in set(hits[i]))

    while left and len(chosen) < n:
        best = max(left, key=lambda i: (fresh(i), -i))
        if not fresh(best):
            break
        left.remove(best)
        chosen.append(best)
        seen.update({string.lower() for string in hits[best]})
    return chosen
