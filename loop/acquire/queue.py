"""Mixes a queue from its streams (random, uncertain, held-out, …)."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

from loop.acquire.passages import TokenRange
from loop.records import Stream, Text, overlapping

# Held-out questions come in blocks of this size: answering without suggestions is a different kind of work.
TOGETHER = 5


class Pick(NamedTuple):
    """A text, or a passage of it, to ask about, and the stream that it comes from.

    Attributes:
        section: where the part of a long text begins that is shown.
        passage: its tokens, counted from there; None for all that is shown.
    """

    text_id: int
    stream: Stream
    section: int = 0
    passage: TokenRange | None = None

    @property
    def shown(self) -> tuple[int, int]:
        """The text, and where the part of it begins that is shown."""
        return self.text_id, self.section

    def overlaps(self, other: Pick) -> bool:
        """Whether both ask about some of the same words of a text."""
        return self.shown == other.shown and overlapping(self.passage, other.passage)


class Asking(Protocol):
    """What asks about a part of a text."""

    def overlaps(self, other: Any, /) -> bool:
        """Whether both ask about some of the same words of a text."""


T = TypeVar("T", bound=Asking)


def interleave(first: Sequence[T], second: Sequence[T], *, share: float, size: int) -> list[T]:
    """Merge both into up to `size`, none of which overlap, so that `share` of any prefix comes from `second`.

    Both keep their order; when one runs out, the other continues. What is in both is taken where it comes first. With a
    share of 0, `second` only fills up.
    """
    usual, others = deque(first), deque(second)
    taken: list[T] = []
    of_second = 0
    while len(taken) < size and (usual or others):
        is_due = share * (len(taken) + 1) - of_second >= 0.5
        takes_second = bool(others) and (is_due or not usual)
        one = (others if takes_second else usual).popleft()
        if not any(map(one.overlaps, taken)):
            taken.append(one)
            of_second += takes_second
    return taken


def with_held_out(
    picks: Sequence[Pick], held_out: Sequence[Pick], *, share: float, answered: int, answered_held_out: int, size: int
) -> list[Pick]:
    """Merge both into up to `size` picks, inserting a block of `TOGETHER` from `held_out` whenever that many are due.

    At least as many other questions separate two blocks, even if more are due. Held-out questions that remain come
    last.

    Args:
        picks: the other questions, in order.
        held_out: the held-out questions, in order.
        share: the share of all answers to hold out.
        answered: number of answers before this queue.
        answered_held_out: how many of them are held out.
        size: size of the queue.
    """
    mixed: list[Pick] = []
    others_left, held_out_left = deque(picks), deque(held_out)
    between = TOGETHER
    while len(mixed) < size and (others_left or held_out_left):
        owed = share * (answered + len(mixed)) - answered_held_out
        if held_out_left and (min(owed, between) >= TOGETHER or not others_left):
            block = [held_out_left.popleft() for _ in range(min(TOGETHER, len(held_out_left)))]
            mixed += block
            answered_held_out += len(block)
            between = 0
        else:
            mixed.append(others_left.popleft())
            between += 1
    return mixed[:size]


def balanced(texts: Sequence[Text], *, sizes: Mapping[int, int], answered: Mapping[int, int]) -> list[Text]:
    """Reorder held-out texts so that each batch catches up with its share of the corpus.

    A batch that was added late comes first until it is represented in proportion, so that the evaluation set stays a
    random sample of the present corpus. Within a batch the order stays.

    Args:
        texts: held-out texts, in random order.
        sizes: number of texts in each batch.
        answered: number of answered held-out texts of each batch.
    """
    waiting: dict[int, deque[Text]] = {}
    for text in texts:
        waiting.setdefault(text.batch, deque()).append(text)
    total = sum(sizes.get(batch, 0) for batch in waiting) or 1
    have, order = Counter(answered), []
    while waiting:
        n = sum(have.values()) + 1
        batch = max(waiting, key=lambda each: (n * sizes.get(each, 0) / total - have[each], -each))
        order.append(waiting[batch].popleft())
        have[batch] += 1
        if not waiting[batch]:
            del waiting[batch]
    return order
