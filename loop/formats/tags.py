"""Token tags (IOB, IOB2, BILUO, IOBES) and their entities.

They are read as conlleval does (Tjong Kim Sang and De Meulder 2003), which works for all of these schemes and for
invalid sequences: an entity starts at B, S or U, where the label changes, and after O, E, L, S or U.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

TAG = re.compile(r"O|[BILMUSE]-(\S+)")
_SINGLE, _LAST = "US", "LE"


class Entity(NamedTuple):
    """The tokens of an entity, `first` to `last` inclusive."""

    first: int
    last: int
    label: str


def entities(tags: Sequence[str]) -> Iterator[Entity]:
    """Yield the entities in a text's tags."""
    first, before, open_label = 0, "O", ""
    for n, tag in enumerate((*tags, "O")):
        label = tag[2:]
        if open_label and (label != open_label or tag[0] in f"B{_SINGLE}" or before[0] in _LAST + _SINGLE):
            yield Entity(first, n - 1, open_label)
            open_label = ""
        if label and not open_label:
            first, open_label = n, label
        before = tag


def contradictions(texts: Iterable[Sequence[str]]) -> list[list[int]]:
    """Return, for each text of a file, the indices of tags that the file's scheme does not allow.

    The scheme is the one with the fewest contradictions; for files with only B, I and O, one of IOB and IOB2.
    """
    given = list(texts)
    letters = {tag[0] for tags in given for tag in tags}
    closes = bool(letters & set(_LAST))
    found = [[n for n in range(len(tags)) if _contradicts(tags, n, closes=closes)] for tags in given]
    if not letters <= set("BIO"):
        return found
    # In IOB, B only separates two adjacent entities.
    iob = [[n for n, tag in enumerate(tags) if tag[0] == "B" and _before(tags, n)[2:] != tag[2:]] for tags in given]
    return min(found, iob, key=lambda wrong: sum(map(len, wrong)))


def _contradicts(tags: Sequence[str], n: int, *, closes: bool) -> bool:
    """Whether a tag continues an entity that has not started, or leaves one open in a scheme that `closes` them."""
    tag, before = tags[n], _before(tags, n)
    goes_on, is_open = tag[0] in f"IM{_LAST}", before[0] in "BIM"
    if goes_on and not (is_open and before[2:] == tag[2:]):
        return True
    return closes and ((is_open and not goes_on) or (tag[0] in "BIM" and n == len(tags) - 1))


def _before(tags: Sequence[str], n: int) -> str:
    return tags[n - 1] if n else "O"
