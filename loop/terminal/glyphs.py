"""Corpus text made safe for a terminal: each character with its width, and no control characters."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import NamedTuple

from wcwidth import wcwidth

JOINERS = "\u200c\u200d"
COMBINING_AT_MOST = 3  # more on one letter would overlap the lines above and below
SILENT = {"\ufe0e", "\ufe0f", *map(chr, range(0x1F3FB, 0x1F400))}  # not shown: terminals disagree about their width


class Glyph(NamedTuple):
    """The display of one character; `mark` is true if it stands for an invisible one."""

    shown: str
    width: int
    mark: bool = False


NOTHING = Glyph("", 0)


def glyphs(text: str) -> list[Glyph]:
    """Return one glyph per character of `text`; combining characters have width 0 and follow their letter.

    Line feeds give an empty glyph: wrapping handles them.
    """
    return [glyph(char) for char in text] if text.isascii() else _with_context(text)


def _with_context(text: str) -> list[Glyph]:
    found: list[Glyph] = []
    base, stacked = "", 0
    for char in text:
        if char in JOINERS and base.isalpha():  # Persian, Hindi: part of the spelling
            found.append(NOTHING)
        elif unicodedata.category(char) in ("Mn", "Me") and char not in SILENT:
            stacked += 1
            found.append(_combined(char, base, stacked))
        else:
            found.append(glyph(char))
            base, stacked = char, 0
    return found


def _combined(char: str, base: str, stacked: int) -> Glyph:
    if wcwidth(char) != 0:
        return glyph(char)
    if not base.strip():
        return Glyph("◌" + char, 1, mark=True) if stacked == 1 else NOTHING
    return Glyph(char, 0) if stacked <= COMBINING_AT_MOST else NOTHING


@lru_cache(4096)
def glyph(char: str) -> Glyph:
    """Return the glyph of a single character."""
    if " " <= char <= "~":
        return Glyph(char, 1)
    if char == "\n" or char in SILENT:
        return NOTHING
    if char == "\t":
        return Glyph("→ ", 2, mark=True)
    if char < " " or char == "\x7f":
        return Glyph(chr(0x2400 + ord(char)) if char < " " else "␡", 1, mark=True)
    if unicodedata.category(char) == "Zs":
        return Glyph(" " * max(1, wcwidth(char)), max(1, wcwidth(char)))
    if 0x1F1E6 <= ord(char) <= 0x1F1FF:  # half a flag
        return Glyph(chr(ord(char) - 0x1F1E6 + ord("A")), 1, mark=True)
    if char in "\u00ad\u200b\u200c\u200d\u2060\ufeff":
        return Glyph("·", 1, mark=True)
    if unicodedata.category(char)[0] in "CZ" or wcwidth(char) < 1:
        name = f"⟨{ord(char):04X}⟩"
        return Glyph(name, len(name), mark=True)
    return Glyph(char, wcwidth(char))


def visible(text: str) -> str:
    """Return `text` on one line, safe to print: line feeds become ⏎."""
    return "".join(g.shown if c != "\n" else "⏎" for c, g in zip(text, glyphs(text), strict=True))


def width(text: str) -> int:
    """Return the width of a safe text in cells."""
    return len(text) if text.isascii() else sum(g.width for g in glyphs(text))


def fit(text: str, cells: int) -> str:
    """Return a safe text of at most `cells` cells, cut with an ellipsis if it is longer."""
    if len(text) <= cells and text.isascii():
        return text
    if width(text) <= cells:
        return text
    kept, used = [], 0
    for char in text:
        used += glyph(char).width
        if used > cells - 1:
            break
        kept.append(char)
    return "".join(kept) + "…" if cells > 0 else ""


def fit_end(text: str, cells: int) -> str:
    """Return the end of a safe text in at most `cells` cells, cut with an ellipsis if it is longer."""
    if width(text) <= cells:
        return text
    first, used = len(text), 1
    while first and used + glyph(text[first - 1]).width <= cells:
        first -= 1
        used += glyph(text[first]).width
    return "…" + text[first:] if cells > 0 else ""
