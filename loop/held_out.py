"""The split between held-out texts (evaluation only) and training texts.

All code that trains on texts, answered or not, must ask `HeldOut.may_teach` first. Functions that train on unanswered
texts take the type `Teaching`, which only this module creates. Weak labels are recorded of such texts alone; like
answers, they go on teaching when the split changes later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil
from typing import NewType

from loop.records import Answer, Text

ANOTHER_GROUP = "Answer texts of other groups, or add the texts to a new project with another --group, or without one."
MORE_TEXTS = (
    "Add more texts, name a file with the right spans (eval in loop.cfg), or add long texts to a new project in pieces "
    "(--split sentence or line)."
)
OF_GROUP = "group:"

Teaching = NewType("Teaching", Text)
"""A text that a model may be trained on."""


@dataclass(frozen=True, slots=True)
class Reserved:
    """Texts and groups of a gold file: they are never asked about, even if the corpus contains them, too."""

    texts: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()

    def holds(self, text: str, group: str | None) -> bool:
        """Whether the file contains this text or another text of its group."""
        return text in self.texts or group in self.groups


NOTHING_RESERVED = Reserved()


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The texts used for evaluation, which no model may be trained on in any way.

    Attributes:
        ids, groups: ids and groups of the texts with a standing held-out answer.
        share, seed: parameters of the split, see `is_held_out`.
        gold: texts and groups of the project's gold file.
        begun: ids of texts of which a part teaches already: the split no longer draws them.
    """

    ids: frozenset[int] = frozenset()
    groups: frozenset[str] = frozenset()
    share: float = 0.0
    seed: int = 0
    gold: Reserved = NOTHING_RESERVED
    begun: frozenset[int] = frozenset()

    def may_teach(self, text: Text, answer: Answer | None = None) -> bool:
        """Whether a model may be trained on `answer` or, if None, on the unannotated text.

        Never if the text or its group has a held-out answer. Otherwise a training answer remains one even if the split
        changes or a gold file is added later; its text is then no longer used for evaluation.
        """
        if text.id in self.ids or text.group in self.groups:
            return False
        if answer is not None:
            return answer.trains
        return not (self.gold.holds(text.text, text.group) or self.draws(text))

    def draws(self, text: Text) -> bool:
        """Whether the split holds the text out, so that it is asked about for evaluation only."""
        return text.id not in self.begun and is_held_out(text, share=self.share, seed=self.seed)

    def teaching(self, texts: Iterable[Text]) -> list[Teaching]:
        """The texts that a model may be trained on without answers, in order."""
        return [Teaching(text) for text in texts if self.may_teach(text)]


def is_held_out(text: Text, *, share: float, seed: int) -> bool:
    """Whether a text belongs to the held-out part of the corpus; a group is never split.

    Depends only on the seed and the text or its group, not on predictions or answers, so the held-out texts are a
    random sample of the whole corpus.

    Args:
        text: a text of the corpus.
        share: the share of the corpus to hold out, 0 to 1. A larger share includes the texts of a smaller one.
        seed: the project's seed.
    """
    return is_drawn(f"{seed}:{unit_of(text.group, text.text)}", share)


def is_drawn(name: str, share: float) -> bool:
    """Whether a name is in a share (0 to 1) of all names, drawn by its hash; a larger share has those of a smaller."""
    line = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(line, "big") < share * 2**64


def least_units(share: float) -> int:
    """The number of sampling units (see `unit_of`) of which a share (more than 0) is at least one unit."""
    return ceil(1 / share)


def unit_of(group: str | None, text: str) -> str:
    """The key of a sampling unit, which is never split: a group, or a text without a group."""
    return f"text:{text}" if group is None else f"{OF_GROUP}{group}"


def one_group_words(units: Iterable[str], of: str) -> str:
    """Explain, in a clause, that these units cannot be split because there is only one group; empty if they can.

    Args:
        units: the result of `unit_of` for each text or answer.
        of: a plural noun for what the units belong to, such as "answers".
    """
    given = list(units)
    if len(given) < 2 or len(set(given)) > 1 or not given[0].startswith(OF_GROUP):
        return ""
    group = given[0].removeprefix(OF_GROUP)
    return f"all {len(given):,} {of} belong to one group, “{group}”, and groups are never split"
