"""Texts of other kinds than those that are answered, made up from the base's own words and read by the base."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

import srsly

# A base with fewer words than this has none to make up texts of.
ENOUGH_WORDS = 1000
LENGTH = 20
# So many of a batch's words hold its texts together rather than say what they are about.
COMMONEST = 50
# Shares of what is put into a text: words of the batch, words of the base in lower case, and the rest are names.
COMMON, ORDINARY = 0.5, 0.25
LONGEST_NAME = 3


class MadeUpTexts:
    """Draws words in random order: common ones of the texts they stand beside, others that the base has met.

    That is pseudo-rehearsal (Robins 1995, Connection Science 7:2): what a network knew is rehearsed on inputs that are
    made up, where those it learned from are gone. Bases bring the words of those, in `vocab/strings.json`.
    """

    def __init__(self, pipeline: Path | None) -> None:
        """Take the words of a saved pipeline; None, or too few of them, for no texts at all."""
        strings = pipeline / "vocab" / "strings.json" if pipeline else None
        known = srsly.read_json(strings) if strings and strings.is_file() else []
        words = sorted(word for word in known if word.isalpha() and len(word) > 1)
        if len(words) < ENOUGH_WORDS:
            words = []
        # Without letters of two cases any word may be one or the other.
        self._ordinary = [word for word in words if word.islower()] or words
        self._names = [word for word in words if word.istitle()] or words

    def __bool__(self) -> bool:
        return bool(self._ordinary)

    def draw(self, beside: Sequence[str], rng: Random) -> list[str]:
        """The words of one text; `beside` are those of the texts it is to stand beside."""
        commonest = {word for word, _ in Counter(beside).most_common(COMMONEST)}
        common = [word for word in beside if word in commonest] or self._ordinary
        words: list[str] = []
        while len(words) < LENGTH:
            kind = rng.random()
            if kind < COMMON:
                words.append(rng.choice(common))
            elif kind < COMMON + ORDINARY:
                words.append(rng.choice(self._ordinary))
            else:
                words += rng.choices(self._names, k=rng.randint(1, LONGEST_NAME))
        return words
