"""The text with its spans: below each line of text, a line with the labels."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from loop.editing import Keymap, Layout, Likely, Page, Range, State, chances, is_decided, left_out, undecided
from loop.editing.characters import selected_range
from loop.editing.cursor import hints, selection
from loop.editing.marks import overlap
from loop.records import TokenSpan
from loop.terminal.glyphs import fit, visible, width
from loop.terminal.style import colour_class
from loop.terminal.wrap import Wrapped, wrap

Row = list[tuple[str, str]]
"""One line of the screen: (style, text) from left to right."""

CURSOR = ("[SetCursorPosition]", "")
"""Where the terminal's own cursor goes, by the name prompt_toolkit gives it; the last one on the screen counts."""

DIFFERS = "≠"  # the sign of a place where annotators differ
READABLE = 4  # fewest cells for a truncated label that is still readable

Patch = tuple[int, int, str]
"""(start, end, style): the characters [start, end) get the style."""


class Forms(NamedTuple):
    """A label's forms from long to short: with its note, alone, cut, or its letter; always with its sign.

    Attributes:
        sign: "?" for a candidate, "✓" for a decision of the annotator, "*" for a change by the model.
        note: the sign in words, or a probability. letter: empty if the label has none.
        whole: never cut, and not extended over the span's width.
    """

    name: str
    sign: str = ""
    note: str = ""
    letter: str = ""
    whole: bool = False

    def fitting(self, room: int) -> str:
        """Return the longest form of at most `room` cells."""
        cut = fit(self.name, room - width(self.sign)) if room >= READABLE or not self.letter else self.letter
        ways = (self.name + self.note, self.name + self.sign, cut + self.sign, self.sign[:1], self.letter)
        return next((form for form in ways[: 1 if self.whole else None] if width(form) <= room), "")


@dataclass(frozen=True, slots=True)
class Chip:
    """A label below the text at `column`: the longest form that fits, extended to the span's width in `cells`."""

    column: int
    cells: int
    forms: Forms
    style: str


class Name(NamedTuple):
    """A label to be shown below the characters [start, end)."""

    start: int
    end: int
    forms: Forms
    style: str


@lru_cache(4)  # each key press draws the same text again
def laid_out(text: str, tokens: tuple[Range, ...], cells: int) -> tuple[Wrapped, tuple[tuple[int, int], ...]]:
    """Return the text wrapped to `cells`, and (line, column) of every token."""
    laid = wrap(text, cells)
    return laid, tuple(laid.cell(start) for start, _ in tokens)


def layout_of(state: State, cells: int, rows: int, top: int) -> tuple[Layout, int, int]:
    """Return the layout on `rows` rows, the first line shown (`top`, or near the cursor), and how many follow."""
    lines = max(1, rows // 2)
    laid, places = laid_out(state.page.text, state.page.tokens, cells)
    line = places[state.cursor][0] if places else 0
    margin = 1 if lines > 3 else 0
    first = min(max(top, line + margin - lines + 1), line - margin)
    first = max(0, min(first, len(laid.lines) - lines))
    shown = bisect_left(places, (first,)), bisect_left(places, (first + lines,))
    visible = shown if shown[0] < shown[1] else None
    return Layout(places, lines, visible, first), first, len(laid.lines) - first - lines


def body(state: State, keys: Keymap, cells: int, rows: int, top: int) -> list[Row]:
    """Return the rows of the text from line `top`: at most `rows`, each at most `cells` wide."""
    laid, _ = laid_out(state.page.text, state.page.tokens, cells)
    lines = laid.lines[top : top + max(1, rows // 2)]
    seen = lines[0][0], lines[-1][1]
    offered = [item for item in left_out(state) if _within(state.page, item.mark, seen)]
    marks = [mark for mark in state.marks if _within(state.page, mark, seen)]
    patches = _patches(state, marks, offered)
    chips = _hints(state) if state.stance == "jump" else _names(state, keys, marks, offered, seen)
    hand = char_in_hand(state)
    drawn: list[Row] = []
    for start, end in lines:
        at = hand if start <= hand < max(end, start + 1) else None
        drawn.append(text_row(laid, start, laid.seen(start, end), patches, at))
        drawn.append(chip_row(in_line(chips, laid, start, end), cells))
    return drawn[:rows]


def char_in_hand(state: State) -> int:
    """Return the character at which the word in hand begins, or the letter in hand."""
    if state.stance == "chars" or not state.page.tokens:
        return state.char
    return state.page.tokens[state.cursor][0]


def offsets(page: Page, tokens: Range | TokenSpan) -> Range:
    """Return the characters of some tokens."""
    return page.tokens[tokens[0]][0], page.tokens[tokens[1] - 1][1]


def _within(page: Page, mark: TokenSpan, chars: Range) -> bool:
    start, end = offsets(page, mark)
    return start < chars[1] and chars[0] < end


def _patches(state: State, marks: Iterable[TokenSpan], offered: Iterable[Likely]) -> list[Patch]:
    page, target = state.page, state.target
    patches = _dimmed(page)
    patches += [(*offsets(page, (one.start, one.end)), "class:difference") for one in undecided(state)]
    patches += [(*offsets(page, m), colour_class("span", page.labels, m.label)) for m in marks]
    patches += [(*offsets(page, item.mark), "class:candidate") for item in offered]
    if target is not None and not state.rest:
        patches.append((*offsets(page, target), "class:target"))
    if state.stance == "chars":
        patches += [(*selected_range(state), "class:selection"), (state.char, state.char + 1, "class:cursor")]
    elif (selected := selection(state)) is not None:
        patches.append((*offsets(page, selected), "class:selection"))
    elif page.words:
        patches.append((*page.tokens[state.cursor], "class:cursor"))
    return patches


def _dimmed(page: Page) -> list[Patch]:
    """The text around the passage that is asked about."""
    if page.passage is None:
        return []
    start, end = offsets(page, page.passage)
    return [(0, start, "class:dimmed"), (end, len(page.text), "class:dimmed")]


def text_row(laid: Wrapped, start: int, end: int, patches: Sequence[Patch], hand: int | None) -> Row:
    """Return the characters [start, end) of a line with their styles, and the cursor at the character `hand`."""
    here = [(max(a, start), min(b, end), style) for a, b, style in patches if a < end and start < b]
    marks = [(i, i + 1, "class:mark") for i in range(start, end) if laid.glyphs[i].mark]
    cuts = {start, end, *(cut for a, b, _ in (*here, *marks) for cut in (a, b))}
    if hand is not None:
        hand = min(hand, end)  # a blank beyond the edge
        cuts.add(hand)
    row: Row = []
    for a, b in pairwise(sorted(cuts)):
        if a == hand:
            row.append(CURSOR)
        style = " ".join(style for x, y, style in (*here, *marks) if x <= a < y)
        row.append((style, laid.shown(a, b)))
    return [*row, CURSOR] if hand == end else row


def cut_row(row: Iterable[tuple[str, str]], cells: int) -> Row:
    """Return a row cut to at most `cells` cells."""
    kept: Row = []
    for style, text in row:
        shown = fit(text, cells)
        cells -= width(shown)
        kept.append((style, shown))
        if shown != text:
            break
    return kept


def _names(
    state: State, keys: Keymap, marks: Iterable[TokenSpan], offered: Iterable[Likely], seen: Range
) -> list[Name]:
    page, known = state.page, chances(state, state.page.cover(*seen))
    names = list(_empty(state))
    for mark in marks:
        style = colour_class("chip", page.labels, mark.label)
        names.append(Name(*offsets(page, mark), forms(state, mark, known.get(mark), keys), style))
    for mark, p in offered:
        names.append(Name(*offsets(page, mark), forms(state, mark, p, keys), "class:candidate-chip"))
    return sorted(names)


def _empty(state: State) -> Iterator[Name]:
    """The differences of a review without a mark, undecided or decided to be nothing."""
    for one in state.page.differences:
        if not any(overlap(mark, one[:2]) for mark in state.marks):
            word, sign = ("nothing", "✓") if is_decided(state, one) else ("undecided", DIFFERS)
            yield Name(*offsets(state.page, one[:2]), Forms(word, sign, f" {sign}"), "class:difference-chip")


def forms(state: State, mark: TokenSpan, p: float | None, keys: Keymap) -> Forms:
    """Return the forms of the label of a span or candidate with probability `p`."""
    name, letter = visible(mark.label), keys.letters.get(mark.label, "")
    if mark in state.now.touched:
        return Forms(name, "✓", " ✓", letter)
    if mark in state.marks:
        is_new = mark in state.now.moved
        return Forms(name, "*" if is_new else "", percent(p) + (" new" if is_new else ""), letter)
    is_gone = mark in state.now.gone
    return Forms(name, "?*" if is_gone else "?", f"?{percent(p)}{' gone' if is_gone else ''}", letter)


def percent(p: float | None) -> str:
    """Return a probability for a chip, such as " 93%"; empty if there is none."""
    return "" if p is None else f" {min(99, max(1, round(100 * p)))}%"


def _hints(state: State) -> list[Name]:
    typed, tokens = state.typed, state.page.tokens
    words = sorted((tokens[word], hint) for hint, word in hints(state).items() if hint.startswith(typed))
    return [Name(start, end, Forms(hint[len(typed) :], whole=True), "class:hint") for (start, end), hint in words]


def in_line(names: Iterable[Name], laid: Wrapped, start: int, end: int) -> list[Chip]:
    """Return the names below the line [start, end) of a text."""
    here = [(max(n.start, start), min(n.end, end), n) for n in names if n.start < end and start < n.end]
    return [Chip(laid.cell(a)[1], laid.cells_of(a, b), n.forms, n.style) for a, b, n in here]


def chip_row(chips: Sequence[Chip], cells: int) -> Row:
    """Return the row of these names, each as long as its neighbours allow."""
    row: Row = []
    used = 0
    # Adjacent spans of one cell leave no room for a gap between their labels.
    limits = [*(max(chip.column + 1, after.column - 1) for chip, after in pairwise(chips)), cells]
    for chip, limit in zip(chips, limits, strict=False):
        column = max(used, chip.column)
        if chip is chips[-1]:  # move a label at the right edge to the left rather than cut it
            free = used + 1 if row else 0
            column = max(min(free, column), min(column, cells - width(chip.forms.name + chip.forms.note)))
        shown = _drawn_out(chip, limit - column)
        if shown:
            row += [("", " " * (column - used)), (chip.style, shown)]
            used = column + width(shown)
    return row


def _drawn_out(chip: Chip, room: int) -> str:
    form = chip.forms.fitting(room)
    gap = min(chip.cells, room) - width(form)
    return f"{form} {'─' * (gap - 1)}" if form and gap > 2 and not chip.forms.whole else form
