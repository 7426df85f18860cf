"""Sections of long texts: each is shown, scored and asked about by itself."""

from __future__ import annotations

import re
from random import Random

from loop.records import Passage

# Characters: a text of at most this many is one section, and no section is longer.
SECTION = 2000
# Where a section may end, the best place first; it has at least half of `SECTION`.
ENDS = (re.compile(r"\n\s*\n"), re.compile(r"\n"), re.compile(r"[.!?。！？]\s+"), re.compile(r"\s+"))


def sections(text: str) -> list[Passage]:
    """Divide a text after a paragraph, a line, a sentence or a word; depends on the text only.

    Sections of nothing but white space are left out.
    """
    found, start = [], 0
    while len(text) - start > SECTION:
        end = _end(text, start)
        found.append((start, end))
        start = end
    found.append((start, len(text)))
    return [one for one in found if text[slice(*one)].strip()] or found[:1]


def _end(text: str, start: int) -> int:
    for place in ENDS:
        ends = [match.end() for match in place.finditer(text, start + SECTION // 2, start + SECTION)]
        if ends and ends[-1] < len(text):
            return ends[-1]
    return start + SECTION


def section_around(text: str, place: Passage) -> Passage:
    """The section in which a place begins."""
    every = sections(text)
    return next((one for one in every if place[0] < one[1]), every[-1])


def fixed_section(text: str) -> Passage:
    """The section that is asked about if the text is held out: always the same."""
    return Random(text).choice(sections(text))
