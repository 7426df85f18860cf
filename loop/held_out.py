"""The held-out line: what only measures, and what may teach.

Whoever reads texts in order to learn from them asks `HeldOut.may_teach` first, about answered texts as about others.
The functions that learn from texts without answers take them as `Teaching`, which nothing else makes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NewType

from loop.records import Answer, Text

ANOTHER_GROUP = "Answer texts of other groups, or add the texts to a new project with another --group, or without one."
OF_GROUP = "group:"

Teaching = NewType("Teaching", Text)
"""A text that may teach a model."""


@dataclass(frozen=True, slots=True)
class Reserved:
    """Texts and groups of a gold file: nobody is asked about them, wherever else they stand."""

    texts: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()

    def holds(self, text: str, group: str | None) -> bool:
        """Whether this text, or one of its group, is in the file."""
        return text in self.texts or group in self.groups


NOTHING_RESERVED = Reserved()


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What measures, and so teaches nothing, by any path.

    Attributes:
        ids, groups: of the texts that have a held-out answer which stands.
        share, seed: of the line, see `is_held_out`.
        gold: the project's gold file.
    """

    ids: frozenset[int] = frozenset()
    groups: frozenset[str] = frozenset()
    share: float = 0.0
    seed: int = 0
    gold: Reserved = NOTHING_RESERVED

    def may_teach(self, text: Text, answer: Answer | None = None) -> bool:
        """Whether a model may learn from a text: from what `answer` says of it or, without one, from the text alone.

        One of a text or group that has measured never teaches. Otherwise an answer that was given to teach does, though
        the line has moved since or a gold file was named later: what it teaches no longer measures.
        """
        if text.id in self.ids or text.group in self.groups:
            return False
        if answer is not None:
            return answer.trains
        is_gold = self.gold.holds(text.text, text.group)
        return not is_gold and not is_held_out(text, share=self.share, seed=self.seed)

    def teaching(self, texts: Iterable[Text]) -> list[Teaching]:
        """Those of the texts that may teach by themselves, in their order."""
        return [Teaching(text) for text in texts if self.may_teach(text)]


def is_held_out(text: Text, *, share: float, seed: int) -> bool:
    """Whether a text is on the far side of a line drawn once through the corpus; all texts of a group are on one side.

    The line depends on the seed and the text or its group alone, not on what the model finds or what was answered:
    what lies beyond it stays a random sample of the whole corpus, however the rest is chosen from.

    Args:
        text: any of the corpus.
        share: of the corpus that is held out, 0 to 1. With a larger share the texts of a smaller one stay held out.
        seed: of the project.
    """
    name = f"{seed}:{unit_of(text.group, text.text)}"
    line = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(line, "big") < share * 2**64


def unit_of(group: str | None, text: str) -> str:
    """What chance draws, and what is never parted: a group, or a text alone."""
    return f"text:{text}" if group is None else f"{OF_GROUP}{group}"


def one_group_words(units: Iterable[str], of: str) -> str:
    """That what these units were taken from cannot be parted, in a clause; empty where it can.

    Args:
        units: as of `unit_of`, one of each text or answer.
        of: what each unit was taken from, in the plural, such as "answers".
    """
    given = list(units)
    if len(given) < 2 or len(set(given)) > 1 or not given[0].startswith(OF_GROUP):
        return ""
    group = given[0].removeprefix(OF_GROUP)
    return f"all {len(given):,} {of} belong to one group, “{group}”, and groups are never parted"
