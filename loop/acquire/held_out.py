"""Which texts are held out: asked only to measure, never learned from."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence

from loop.records import Text


def is_held_out(text: Text, *, share: float, seed: int) -> bool:
    """Whether a text is on the far side of a line drawn once through the corpus; all texts of a group are on one side.

    The line depends on the seed and the text or its group alone, not on what the model doubts or what was answered:
    what lies beyond it stays a random sample of the whole corpus, however the rest is chosen from.

    Args:
        text: any of the corpus.
        share: of the corpus that is held out, 0 to 1. With a larger share the texts of a smaller one stay held out.
        seed: of the project.
    """
    name = f"{seed}:text:{text.text}" if text.group is None else f"{seed}:group:{text.group}"
    line = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(line, "big") < share * 2**64


def balanced(texts: Sequence[Text], *, sizes: Mapping[int, int], measured: Mapping[int, int]) -> list[Text]:
    """The texts in an order in which every batch catches up with its share of the corpus; else the order stays.

    A batch that was added when many others had been measured already comes first until it has had its share, so that
    what is measured is a random sample of the whole corpus as it is now.

    Args:
        texts: that are held out, in random order.
        sizes: of the batches, in texts.
        measured: how many texts of each are measured already.
    """
    waiting: dict[int, list[Text]] = {}
    for text in reversed(texts):
        waiting.setdefault(text.batch, []).append(text)
    total = sum(sizes.get(batch, 0) for batch in waiting) or 1
    have, order = Counter(measured), []
    while waiting:
        n = sum(have.values()) + 1
        batch = max(waiting, key=lambda each: (n * sizes.get(each, 0) / total - have[each], -each))
        order.append(waiting[batch].pop())
        have[batch] += 1
        if not waiting[batch]:
            del waiting[batch]
    return order
