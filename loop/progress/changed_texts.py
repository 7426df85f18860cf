"""Texts as careless people and programs write them: lower-cased, with typos, with odd line breaks."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from random import Random

from loop.records import Span

# One word of so many has a typo: as people type who do not look, not as those who cannot.
TYPO = 0.1
# A line breaks at so many of the spaces, whatever is on both sides.
BREAK = 0.1
_LETTERS = re.compile(r"[^\W\d_]{4,}")


class ChangedText:
    """A text of which every character was replaced by a string, mostly by itself.

    Args:
        pieces: what takes the place of each character.

    Attributes:
        text: the changed text.
    """

    def __init__(self, pieces: Sequence[str]) -> None:
        self.text = "".join(pieces)
        self._starts = [0, *accumulate(map(len, pieces))]

    def before(self, span: Span) -> Span:
        """The place of a span in the original text; it has the whole of every character that it touches."""
        first, last = (bisect_right(self._starts, place) - 1 for place in (span.start, span.end - 1))
        return Span(first, last + 1, span.label)


def _lower_cased(text: str, _: Random) -> list[str]:
    lower = text.lower()  # at once: the Greek sigma differs at the end of a word
    return list(lower) if len(lower) == len(text) else [character.lower() for character in text]


def _with_typos(text: str, rng: Random) -> list[str]:
    """In some words of letters, one within the word is dropped, doubled or swapped with the next."""
    pieces = list(text)
    for word in _LETTERS.finditer(text):
        if rng.random() >= TYPO or _is_unspaced(word[0]):
            continue
        place, kind = rng.randrange(word.start() + 1, word.end() - 2), rng.choice(("drop", "double", "swap"))
        one, next_one = pieces[place : place + 2]
        pieces[place : place + 2] = {
            "drop": ["", next_one],
            "double": [one + one, next_one],
            "swap": [next_one, one],
        }[kind]
    return pieces


def _is_unspaced(word: str) -> bool:
    """Whether these letters are of a script without spaces between words, so that they may be several words."""
    return any(unicodedata.east_asian_width(letter) in "WF" for letter in word)


def _with_line_breaks(text: str, rng: Random) -> list[str]:
    return ["\n" if character == " " and rng.random() < BREAK else character for character in text]


_Change = Callable[[str, Random], list[str]]
CHANGES: Mapping[str, _Change] = {
    "lower-cased": _lower_cased,
    "with typos": _with_typos,
    "with odd line breaks": _with_line_breaks,
}
LOWER_CASED = "lower-cased"


def changed_texts(texts: Sequence[str], change: str, *, seed: int) -> list[ChangedText]:
    """Change the texts, each always in the same way.

    Args:
        texts: the texts.
        change: one of `CHANGES`.
        seed: the project's seed.
    """
    return [ChangedText(CHANGES[change](text, Random(f"{seed}:{change}:{text}"))) for text in texts]


def applies(change: str, changed: Sequence[ChangedText], texts: Sequence[str]) -> bool:
    """Whether a change says something about these texts: no text is the same in a script without case."""
    if change == LOWER_CASED:
        letters = [letter for text in texts for letter in text if letter.isalpha()]
        return 2 * sum(letter.lower() != letter.upper() for letter in letters) > len(letters)
    return any(one.text != text for one, text in zip(changed, texts, strict=True))
