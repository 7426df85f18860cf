"""The versions of a review above the decision: side by side where there is room, else one below the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from loop.editing import Difference, Page, Range, State, Version, undecided
from loop.editing.marks import overlap
from loop.editing.versions import difference_here
from loop.records import TokenSpan
from loop.terminal.body import (
    DIFFERS,
    Forms,
    Name,
    Patch,
    Row,
    chip_row,
    cut_row,
    in_line,
    laid_out,
    offsets,
    text_row,
)
from loop.terminal.glyphs import fit, visible, width
from loop.terminal.style import colour_class

COLUMN = 40  # fewest cells of versions side by side
BETWEEN = " │ "
STRING = 24  # cells of a quoted span


def version_rows(state: State, cells: int, rows: int) -> list[Row]:
    """Return the versions and a rule above the decision, in at most `rows` rows; empty without versions.

    They leave room for the decision. What does not fit shows the lines around the cursor.
    """
    count = len(state.page.versions)
    columns = count if count and (cells - width(BETWEEN) * (count - 1)) // count >= COLUMN else 1
    wide = (cells - width(BETWEEN) * (columns - 1)) // columns
    bands = [range(first, min(count, first + columns)) for first in range(0, count, columns)]
    heights = _heights([_lines(state, band, wide) for band in bands], _lines(state, None, cells), rows)
    shown = list(zip(bands, heights, strict=False))
    if not shown:
        return []
    panes = [row for band, lines in shown for row in _beside([_pane(state, n, wide, lines) for n in band], wide)]
    hidden = count - sum(len(band) for band, _ in shown)
    return [*panes, _decision(state, cells, hidden)]


def _lines(state: State, band: range | None, cells: int) -> int:
    """How many lines the text has in these versions, or in the decision; none in a version that was skipped."""
    versions = state.page.versions
    if band is not None and all(versions[n].marks is None for n in band):
        return 0
    return len(laid_out(state.page.text, state.page.tokens, cells)[0].lines)


def _heights(wanted: Sequence[int], last: int, rows: int) -> list[int]:
    """How many lines of the text each band of versions gets; as many bands as there is room for, with the decision."""
    least, fitting = 3, 0  # the rule above the decision, and a line of it
    for lines in wanted:
        least += 1 + 2 * min(lines, 1)
        fitting += least <= rows
    if not fitting:
        return []
    wanted = wanted[:fitting]
    given = [min(lines, 1) for lines in wanted] + [1]
    room = (rows - len(given) - 2 * sum(given)) // 2
    while room > 0 and (growing := [n for n, lines in enumerate([*wanted, last]) if given[n] < lines]):
        for n in growing[:room]:
            given[n] += 1
        room -= len(growing)
    return given[:-1]


def _beside(panes: Sequence[list[Row]], wide: int) -> list[Row]:
    """The rows of panes side by side."""
    if len(panes) == 1:
        return panes[0]
    return [_joined(rows, wide) for rows in zip_longest(*panes, fillvalue=[])]


def _joined(rows: Sequence[Row], wide: int) -> Row:
    joined: Row = []
    for row in rows:
        cut = cut_row(row, wide)
        joined += [*([("class:rule", BETWEEN)] if joined else []), *cut]
        joined.append(("", " " * (wide - sum(width(text) for _, text in cut))))
    return joined


def _pane(state: State, number: int, cells: int, lines: int) -> list[Row]:
    """A version: its head, and `lines` lines of the text, around the cursor if it has more."""
    page, version = state.page, state.page.versions[number]
    rows = [_head(f"{number + 1} {visible(version.name)}", visible(version.note), cells)]
    if version.marks is None:
        return rows
    laid, places = laid_out(page.text, page.tokens, cells)
    here = places[state.cursor][0] if places else 0
    first = max(0, min(here - (lines - 1) // 2, len(laid.lines) - lines))
    patches, names = _patches(state, number, version), sorted(_names(page, number, version))
    for start, end in laid.lines[first : first + lines]:
        rows.append(text_row(laid, start, laid.seen(start, end), patches, None))
        rows.append(chip_row(in_line(names, laid, start, end), cells))
    return rows


def _head(name: str, note: str, cells: int) -> Row:
    shown = fit(f" {name} ", cells - 2)
    said = fit(f"{note} ", cells - 2 - width(shown)) if note else ""
    line = "─" * (cells - 2 - width(shown) - width(said))
    return [("class:rule", "──"), ("class:title", shown), ("", said), ("class:rule", line)]


def _decision(state: State, cells: int, hidden: int) -> Row:
    left = len(undecided(state))
    words = f"{left} of {len(state.page.differences)} undecided" if left else ""
    more = f"{hidden} version{'' if hidden == 1 else 's'} not shown" if hidden else ""
    return _head("Your decision", " · ".join(filter(None, [more, words])), cells)


def _patches(state: State, number: int, version: Version) -> list[Patch]:
    page, here = state.page, difference_here(state)
    patches: list[Patch] = [(*around, "class:dimmed") for around in _around(page, version)]
    patches += [
        (*offsets(page, _at(one)), "class:difference") for one in page.differences if one.said[number] is not None
    ]
    patches += [(*offsets(page, mark), colour_class("span", page.labels, mark.label)) for mark in version.marks or ()]
    return [*patches, *([(*offsets(page, _at(here)), "class:target")] if here else [])]


def _around(page: Page, version: Version) -> Iterator[Range]:
    """The characters that a version says nothing about."""
    passages = version.asked if version.asked is not None else (page.passage,) if page.passage else None
    if passages is None:
        return
    done = 0
    for start, end in (offsets(page, one) for one in sorted(passages)):
        yield done, max(done, start)
        done = max(done, end)
    yield done, len(page.text)


def _at(difference: Difference) -> Range:
    return difference.start, difference.end


def _names(page: Page, number: int, version: Version) -> Iterator[Name]:
    places = [_at(one) for one in page.differences if one.said[number] is not None]
    for mark in version.marks or ():
        differs = any(overlap(mark, place) for place in places)
        yield Name(*offsets(page, mark), _forms(mark, differs), colour_class("chip", page.labels, mark.label))
    for one in page.differences:
        if one.said[number] == ():
            yield Name(*offsets(page, _at(one)), Forms("nothing", DIFFERS, f" {DIFFERS}"), "class:difference-chip")


def _forms(mark: TokenSpan, differs: bool) -> Forms:
    sign = DIFFERS if differs else ""
    return Forms(visible(mark.label), sign, f" {sign}".rstrip())


def difference_row(state: State, cells: int) -> Row:
    """Return what the versions say at the difference under the cursor; empty if there is none."""
    page, difference = state.page, difference_here(state)
    if difference is None or state.stance != "edit":
        return []
    row = [("class:title", f" Difference {page.differences.index(difference) + 1} of {len(page.differences)}: ")]
    for n, marks in enumerate(difference.said, 1):
        if marks is not None:
            named = [
                f"“{fit(visible(page.string(mark.start, mark.end)), STRING)}” {visible(mark.label)}" for mark in marks
            ]
            row += [("class:key", f"{n} "), ("", f"{', '.join(named) or 'nothing'}  ")]
    return cut_row(row, cells)
