"""Sections of long texts: each is shown, scored and asked about by itself."""

from __future__ import annotations

from random import Random

from loop.acquire.text_ends import last_end
from loop.records import Passage

# Characters: a text of at most this many is one section, and no section is longer.
SECTION = 2000


def sections(text: str) -> list[Passage]:
    """Divide a text after a paragraph, a sentence, a line or a word; depends on the text only.

    A section that is followed by another has at least half of `SECTION`.
    Sections of nothing but white space are left out.
    """
    found, start = [], 0
    while len(text) - start > SECTION:
        end = last_end(text, start + SECTION // 2, start + SECTION)
        found.append((start, end))
        start = end
    found.append((start, len(text)))
    return [one for one in found if text[slice(*one)].strip()] or found[:1]


def section_around(text: str, place: Passage) -> Passage:
    """The section in which a place begins."""
    every = sections(text)
    return next((one for one in every if place[0] < one[1]), every[-1])


def fixed_section(text: str) -> Passage:
    """The section that is asked about if the text is held out: always the same."""
    return Random(text).choice(sections(text))
