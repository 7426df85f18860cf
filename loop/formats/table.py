"""Tables: a text per row, in a named column; the other columns become its meta."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import chain

from loop.errors import InputError
from loop.formats.raw import RawText

_DELIMITERS = (",", ";", "\t")


def read_table(lines: Iterable[tuple[int, str]], source: str, *, text_field: str) -> Iterator[RawText]:
    """Yield the text of every row; the first row names the columns, and decides between comma, semicolon and tab.

    Raises:
        InputError: there is no such column, it is there twice, a row has another number of cells, or quotes never end.
    """
    # The limit is the whole process's; the lines themselves are bounded already.
    csv.field_size_limit(2**31 - 1)
    iterator = iter(lines)
    number, head = next(iterator, (1, ""))
    delimiter, columns = _columns(head, source, text_field)
    reader = csv.reader((line for _, line in chain([(number, head)], iterator)), delimiter=delimiter, strict=True)
    try:
        next(reader)
        for start, cells in _rows(reader):
            yield _row(cells, columns, source, start, text_field)
    except csv.Error as error:
        hint = 'A cell with quotes or line breaks must stand in quotes, its own quotes doubled ("").'
        raise InputError(source, f"is no csv: {error}.", line=max(reader.line_num, 1), hint=hint) from None


def _columns(head: str, source: str, text_field: str) -> tuple[str, list[str]]:
    for delimiter in _DELIMITERS:
        try:
            columns = next(csv.reader([head], delimiter=delimiter, strict=True), [])
        except csv.Error:
            continue
        if columns.count(text_field) == 1:
            return delimiter, columns
    # The columns are not listed: in a file without a first row of names they would be somebody's text.
    raise InputError(
        source,
        f"its first line does not name one column {text_field}.",
        line=1,
        hint="Say which column holds the texts with --text-field NAME.",
    )


def _rows(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    start = 2
    for cells in reader:
        if cells:
            yield start, cells
        start = reader.line_num + 1  # type: ignore[attr-defined]


def _row(cells: list[str], columns: list[str], source: str, line: int, text_field: str) -> RawText:
    if len(cells) != len(columns):
        raise InputError(source, f"has {len(cells)} cells, and the first line names {len(columns)} columns.", line=line)
    row = dict(zip(columns, cells, strict=True))
    text = row.pop(text_field)
    return RawText(text, source, line, meta={name: cell for name, cell in row.items() if cell})
