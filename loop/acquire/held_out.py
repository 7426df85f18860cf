"""Which texts are held out: asked only to measure, never learned from."""

from __future__ import annotations

import hashlib

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
