"""Word boundaries in any language, approximated without a tokenizer."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

# Scripts without spaces between words: any letter may be a boundary.
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0xA4CF),  # Chinese, Japanese, Yi
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


def ends_on_words(text: str, start: int, end: int) -> int:
    """Return how many ends of a span (0 to 2) are at a possible word boundary and not at white space."""
    return (_is_edge(text, start) and not text[start].isspace()) + (_is_edge(text, end) and not text[end - 1].isspace())


def words(text: str) -> list[tuple[int, int]]:
    """Return the words and the signs between them, as character offsets, in order; white space belongs to none."""
    edges = [at for at in range(len(text) + 1) if _is_edge(text, at)]
    return [(start, end) for start, end in pairwise(edges) if not text[start:end].isspace()]


def _is_edge(text: str, at: int) -> bool:
    if at in (0, len(text)):
        return True
    before, after = text[at - 1], text[at]
    if unicodedata.category(after)[0] == "M":  # a combining mark belongs to the letter before it
        return False
    if _is_unspaced(before) or _is_unspaced(after):
        return True
    # "10km" is a number and its unit.
    return not (_is_of_word(before) and _is_of_word(after)) or (before.isdigit() and after.isalpha())


def _is_of_word(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character)[0] == "M"


def _is_unspaced(character: str) -> bool:
    return character >= "\u0e00" and any(first <= ord(character) <= last for first, last in _UNSPACED)
