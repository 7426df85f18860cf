"""Made-up texts from the base's vocabulary, used to rehearse what the base knows about other kinds of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

import srsly

# A base with fewer words than this gives no made-up texts.
ENOUGH_WORDS = 1000
LENGTH = 20
# How many of a batch's most frequent words count as function words.
COMMONEST = 50
# Shares of a made-up text: common words of the batch, lower-case words of the base; the rest are names.
COMMON, ORDINARY = 0.5, 0.25
LONGEST_NAME = 3


class MadeUpTexts:
    """Draws texts of random words: common words of the current batch, and words from the base's vocabulary.

    This is pseudo-rehearsal (Robins 1995, Connection Science 7:2): a network rehearses what it knew on made-up inputs
    when its training data are not available. A base ships the words of its training data in `vocab/strings.json`.
    """

    def __init__(self, pipeline: Path | None) -> None:
        """Read the words of a saved pipeline; without a pipeline, or with too few words, no text can be drawn."""
        strings = pipeline / "vocab" / "strings.json" if pipeline else None
        known = srsly.read_json(strings) if strings and strings.is_file() else []
        words = sorted(word for word in known if word.isalpha() and len(word) > 1)
        if len(words) < ENOUGH_WORDS:
            words = []
        # In a script without case, any word may be a name.
        self._ordinary = [word for word in words if word.islower()] or words
        self._names = [word for word in words if word.istitle()] or words

    def __bool__(self) -> bool:
        return bool(self._ordinary)

    def draw(self, batch_words: Sequence[str], rng: Random) -> list[str]:
        """Draw the words of one text; `batch_words` are those of the batch it is added to."""
        commonest = {word for word, _ in Counter(batch_words).most_common(COMMONEST)}
        common = [word for word in batch_words if word in commonest] or self._ordinary
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
