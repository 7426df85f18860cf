"""How a queue is mixed from its shares."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from loop.records import Share, Text

# Held-out questions come so many together: they are answered without suggestions, another kind of work.
TOGETHER = 5


class Pick(NamedTuple):
    """A text to ask about, and the share of the queue that it was chosen for."""

    text_id: int
    share: Share


def interleave(first: Sequence[Pick], second: Sequence[Pick], *, share: float, size: int) -> list[Pick]:
    """Up to `size` picks of both, each text once, spread so that any prefix holds about `share` of `second`.

    Each keeps its own order; when one runs out the other goes on. A text that stands in both is taken where it comes
    first. With a share of 0 nothing of `second` is taken but to fill up.
    """
    usual, others = deque(first), deque(second)
    taken: dict[int, Pick] = {}
    of_second = 0
    while len(taken) < size and (usual or others):
        is_due = share * (len(taken) + 1) - of_second >= 0.5
        takes_second = bool(others) and (is_due or not usual)
        pick = (others if takes_second else usual).popleft()
        if pick.text_id not in taken:
            taken[pick.text_id] = pick
            of_second += takes_second
    return list(taken.values())


def with_held_out(
    picks: Sequence[Pick], held_out: Sequence[Pick], *, share: float, answered: int, measured: int, size: int
) -> list[Pick]:
    """Up to `size` of both: `TOGETHER` of `held_out` wherever as many are owed, all that are left of it at the end.

    Between two such blocks there are as many others, however much is owed: a debt is no wall.

    Args:
        picks: the other questions, in their order.
        held_out: in their order.
        share: of all answers that are to be held out.
        answered: answers before this queue.
        measured: of them, the ones held out.
        size: of the queue.
    """
    mixed: list[Pick] = []
    ordinary, measuring = deque(picks), deque(held_out)
    between = TOGETHER
    while len(mixed) < size and (ordinary or measuring):
        owed = share * (answered + len(mixed)) - measured
        if measuring and (min(owed, between) >= TOGETHER or not ordinary):
            block = [measuring.popleft() for _ in range(min(TOGETHER, len(measuring)))]
            mixed += block
            measured += len(block)
            between = 0
        else:
            mixed.append(ordinary.popleft())
            between += 1
    return mixed[:size]


def balanced(texts: Sequence[Text], *, sizes: Mapping[int, int], measured: Mapping[int, int]) -> list[Text]:
    """The texts in an order in which every batch catches up with its share of the corpus; else the order stays.

    A batch that was added when many others had been measured already comes first until it has had its share, so that
    what is measured is a random sample of the whole corpus as it is now.

    Args:
        texts: that are held out, in random order.
        sizes: of the batches, in texts.
        measured: how many texts of each are measured already.
    """
    waiting: dict[int, deque[Text]] = {}
    for text in texts:
        waiting.setdefault(text.batch, deque()).append(text)
    total = sum(sizes.get(batch, 0) for batch in waiting) or 1
    have, order = Counter(measured), []
    while waiting:
        n = sum(have.values()) + 1
        batch = max(waiting, key=lambda each: (n * sizes.get(each, 0) / total - have[each], -each))
        order.append(waiting[batch].popleft())
        have[batch] += 1
        if not waiting[batch]:
            del waiting[batch]
    return order
