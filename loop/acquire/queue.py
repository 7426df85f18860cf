"""How a queue is mixed from its shares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from loop.records import Share


class Pick(NamedTuple):
    """A text to ask about, and the share of the queue that it was chosen for."""

    text_id: int
    share: Share


def interleave(first: Sequence[Pick], second: Sequence[Pick], *, share: float, size: int) -> list[Pick]:
    """Up to `size` picks of both, each text once, spread so that any prefix holds about `share` of `second`.

    Each keeps its own order; when one runs out the other goes on. A text that stands in both is taken where it comes
    first. With a share of 0 nothing of `second` is taken but to fill up.
    """
    waiting = {False: list(reversed(first)), True: list(reversed(second))}
    taken: dict[int, Pick] = {}
    of_second = 0
    while len(taken) < size and any(waiting.values()):
        due = share * (len(taken) + 1) - of_second >= 0.5
        side = due if waiting[due] else not due
        pick = waiting[side].pop()
        if pick.text_id not in taken:
            taken[pick.text_id] = pick
            of_second += side
    return list(taken.values())
