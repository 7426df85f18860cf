"""How a queue is mixed from its shares."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def interleave(first: Sequence[T], second: Sequence[T], *, share: float, size: int) -> list[T]:
    """Up to `size` of both, without repeats, spread so that any prefix holds about `share` of `second`.

    Each keeps its own order; when one runs out the other goes on. What stands in both is taken where it comes first.
    """
    waiting = {False: list(first), True: list(second)}
    taken: dict[T, None] = {}
    from_second = 0.0
    while len(taken) < size and any(waiting.values()):
        due = share * (len(taken) + 1) - from_second >= 0.5
        side = due if waiting[due] else not due
        one = waiting[side].pop(0)
        if one not in taken:
            taken[one] = None
            from_second += side
    return list(taken)
