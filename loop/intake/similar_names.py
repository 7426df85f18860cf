"""Find the label that another name stands for."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

# Share of the letters of two names that are probably meant to be the same.
ALIKE = 0.75
# Letters of the shortest abbreviation, such as PER for PERSON.
SHORTEST = 3


def near(name: str, labels: Sequence[str]) -> str | None:
    """Return the label that another name probably stands for: BRAND for FASHION_BRAND; None if there is none."""
    if not _letters(name):
        return None
    for is_near in (_is_same, _shares_a_word, _is_short_for):
        if found := [label for label in labels if is_near(name, label)]:
            return max(found, key=len)
    letters = {_letters(label): label for label in labels}
    return next((letters[one] for one in difflib.get_close_matches(_letters(name), letters, n=1, cutoff=ALIKE)), None)


def _letters(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def _is_same(name: str, label: str) -> bool:
    return _letters(name) == _letters(label)


def _shares_a_word(name: str, label: str) -> bool:
    one, other = (set(re.split(r"[\W_]+", each.casefold())) - {""} for each in (name, label))
    return bool(one and other) and (one <= other or other <= one)


def _is_short_for(name: str, label: str) -> bool:
    short, long = sorted((_letters(name), _letters(label)), key=len)
    return len(short) >= SHORTEST and long.startswith(short)
