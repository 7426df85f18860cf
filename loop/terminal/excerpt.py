"""The part of a text to show on one line of a list: its beginning or, if something was looked for, the match."""

from __future__ import annotations

import re
from collections.abc import Iterable

from loop.editing import Range
from loop.records import Span
from loop.store import Past
from loop.terminal.body import Row
from loop.terminal.glyphs import fit, fit_end, visible, width

NOWHERE: Range = (0, 0)


def match_in(text: str, words: Iterable[str]) -> Range:
    """Return where in a text the first of these words stands that it contains, ignoring case; `NOWHERE` if none."""
    found = (re.search(re.escape(word), text, re.IGNORECASE) for word in words)
    return next((match.span() for match in found if match), NOWHERE)


def matches_in(text: str, words: Iterable[str]) -> list[Range]:
    """Return all places where a text contains the first of these words that it contains, ignoring case."""
    found = ([match.span() for match in re.finditer(re.escape(word), text, re.IGNORECASE)] for word in words)
    return next(filter(None, found), [])


def place_in(past: Past, words: Iterable[str]) -> Range:
    """Return where an earlier answer matches in its text: at a word, else at a span whose label begins with one."""
    wanted = tuple(words)
    named = (span for word in wanted for span in past.answer.spans if _begins(span, word))
    found = match_in(past.text, wanted)
    return found if found != NOWHERE else next(((span.start, span.end) for span in named), NOWHERE)


def _begins(span: Span, word: str) -> bool:
    return span.label.lower().startswith(word.lower())


def excerpt(text: str, match: Range, cells: int, style: str = "") -> Row:
    """Return a text on one line of at most `cells` cells, cut at the left if the match would not be seen otherwise."""
    start, end = match
    before, found, after = (visible(part) for part in (text[:start], text[start:end], text[end:]))
    if width(before) + width(found) + bool(after) > cells:
        before = fit_end(before, max(1, cells // 3, cells - width(found) - width(after)))
    row: Row = []
    for part, look in ((before, style), (found, f"{style} class:match".strip()), (after, style)):
        shown = fit(part, cells)
        cells -= width(shown)
        row += [(look, shown)] if shown else []
        if shown != part:
            break
    return row
