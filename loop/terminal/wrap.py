"""Text wrapped into lines of the screen."""

from __future__ import annotations

from dataclasses import dataclass

from loop.editing import Range
from loop.terminal.glyphs import Glyph, glyphs


@dataclass(frozen=True)
class Wrapped:
    """A text laid out in `width` cells.

    Attributes:
        lines: character range of each line. columns: the cell where each character starts in its line.
        line_of: the line each character is in.
    """

    width: int
    glyphs: list[Glyph]
    lines: list[Range]
    columns: list[int]
    line_of: list[int]

    def shown(self, start: int, end: int) -> str:
        """Return the displayed form of the characters [start, end)."""
        return "".join([glyph.shown for glyph in self.glyphs[start:end]])

    def cell(self, char: int) -> tuple[int, int]:
        """Return line and column of a character; a blank beyond the edge counts as the last column."""
        return self.line_of[char], min(self.columns[char], self.width - 1)

    def seen(self, start: int, end: int) -> int:
        """Return the visible end of the line [start, end), without the blanks beyond the edge."""
        while end > start and self.columns[end - 1] + self.glyphs[end - 1].width > self.width:
            end -= 1
        return end

    def cells_of(self, start: int, end: int) -> int:
        """Return how many cells the characters [start, end) take."""
        return sum([glyph.width for glyph in self.glyphs[start:end]])


def wrap(text: str, width: int) -> Wrapped:
    """Wrap `text` at blanks, after wide characters, at line feeds, and inside words that are too long."""
    shown = glyphs(text)
    lines: list[Range] = []
    start = 0
    while start < len(text):
        end = _line_end(text, shown, start, width)
        lines.append((start, end))
        start = end
    line_of = [number for number, (a, b) in enumerate(lines) for _ in range(a, b)]
    columns: list[int] = []
    for a, b in lines:
        column = 0
        for glyph in shown[a:b]:
            columns.append(column)
            column += glyph.width
    return Wrapped(width, shown, lines or [(0, 0)], columns, line_of)


def wrapped_lines(text: str, width: int) -> list[str]:
    """Return `text` as lines of at most `width` cells."""
    laid = wrap(text, max(8, width))
    return [laid.shown(start, end).rstrip() for start, end in laid.lines]


def _line_end(text: str, shown: list[Glyph], start: int, width: int) -> int:
    used, last_break = 0, start
    for at in range(start, len(text)):
        char = text[at]
        if char == "\n":
            return at + 1
        used += shown[at].width
        if used > width and not char.isspace():  # blanks may go beyond the edge
            return last_break if last_break > start else max(at, start + 1)
        if char.isspace() or (shown[at].width == 2 and not shown[at].mark):
            last_break = at + 1
    return len(text)
