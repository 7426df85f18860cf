"""Pages to edit: a text cut at white space, the labels BRAND and PART, and a model with fixed opinions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from loop.editing import Keymap, Likely, Mark, Page, Range, State, begin, keymap, press

LABELS = ("BRAND", "PART")
KEYS: Keymap = keymap(LABELS)


class Opinions:
    """A model that knows some readings and some likely marks, and offers those that agree with what is decided."""

    def __init__(self, readings: Sequence[tuple[Mark, ...]], likely: Sequence[Likely] = ()) -> None:
        self.known, self.marks = readings, likely

    def readings(self, fixed: Sequence[Mark], blank: Sequence[Range], k: int) -> list[tuple[Mark, ...]]:
        agree = [reading for reading in self.known if set(fixed) <= set(reading)]
        return [r for r in agree if not any(_inside(m, blank) and m not in fixed for m in r)][:k]

    def likely(self, fixed: Sequence[Mark], blank: Sequence[Range]) -> list[Likely]:
        return [item for item in self.marks if not _inside(item.mark, [*blank, *((m.start, m.end) for m in fixed)])]


def _inside(mark: Mark, ranges: Sequence[Range]) -> bool:
    return any(mark.start < end and start < mark.end for start, end in ranges)


def page(text: str, *shown: Mark, **more: object) -> Page:
    """The text's tokens are its words and its runs of white space longer than one blank."""
    tokens = tuple(m.span() for m in re.finditer(r"\S+|\s{2,}", text))
    return Page(text, tokens, LABELS, shown=shown, **more)  # type: ignore[arg-type]


def start(text: str, *shown: Mark, **more: object) -> State:
    return begin(page(text, *shown, **more))


def type_keys(state: State, keys: str | Sequence[str]) -> State:
    """Press keys given as words: "right right 1"."""
    for key in keys.split() if isinstance(keys, str) else keys:
        state = press(state, key, KEYS)
    return state
