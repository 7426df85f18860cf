"""Tables as text: a row per text, in a named column; the other columns are its fields."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO

from loop.errors import InputError
from loop.formats.jsonl import dumped
from loop.formats.lines import Source
from loop.formats.prodigy import prodigy_row
from loop.formats.raw import Answered, BadRowError, RawText
from loop.formats.registry import reader, writer
from loop.formats.rows import JSON_FIELDS, cells_to_row, read_row

DELIMITERS = (",", ";", "\t")
# Of an answer's row, all but its tokens, which come with the pipeline.
COLUMNS = (
    "text", "spans", "answer", "meta", "_annotator_id", "_timestamp", "_view_id", "_input_hash", "_task_hash", "_loop"
)  # fmt: skip


@reader("tsv", "csv")
def read_table(source: Source, *, text_field: str) -> Iterator[RawText]:
    """Yield the text of every row; the first row names the columns, and decides between comma, semicolon and tab.

    Raises:
        InputError: there is no such column, it is there twice, a row has another number of cells, or quotes never end.
    """
    # The limit is the whole process's; the lines themselves are bounded already.
    csv.field_size_limit(2**31 - 1)
    iterator = source.lines()
    number, head = next(iterator, (1, ""))
    delimiter, columns = _columns(head, source.name, text_field)
    reader = csv.reader((line for _, line in chain([(number, head)], iterator)), delimiter=delimiter, strict=True)
    try:
        next(reader)
        for start, cells in _rows(reader):
            yield from _read(cells, columns, source, start, text_field)
    except csv.Error as error:
        hint = 'A cell with quotes or line breaks must stand in quotes, its own quotes doubled ("").'
        raise InputError(source.name, f"is not a csv file: {error}.", line=max(reader.line_num, 1), hint=hint) from None


def _columns(head: str, source: str, text_field: str) -> tuple[str, list[str]]:
    found = delimiter_of(head, text_field)
    if found:
        return found
    # The columns are not listed: in a file without a first row of names they would be somebody's text.
    raise InputError(
        source,
        f"its first line does not name one column {text_field}.",
        line=1,
        hint="Say which column holds the texts with --text-field NAME.",
    )


def delimiter_of(head: str, text_field: str) -> tuple[str, list[str]] | None:
    """Return what parts the cells of a first line that names one column `text_field`, and all columns."""
    for delimiter in DELIMITERS:
        try:
            columns = next(csv.reader([head], delimiter=delimiter, strict=True), [])
        except csv.Error:
            continue
        if columns.count(text_field) == 1:
            return delimiter, columns
    return None


def _rows(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    start = 2
    for cells in reader:
        if cells:
            yield start, cells
        start = reader.line_num + 1  # type: ignore[attr-defined]


def _read(cells: list[str], columns: list[str], source: Source, line: int, text_field: str) -> Iterator[RawText]:
    if len(cells) != len(columns):
        problem = f"has {len(cells)} cells, and the first line names {len(columns)} columns."
        raise InputError(source.name, problem, line=line)
    try:
        row = cells_to_row(dict(zip(columns, cells, strict=True)), text_field)
    except BadRowError as error:
        raise InputError(source.name, error.problem, line=line, hint=error.hint) from None
    yield from read_row(row, source, line, text_field=text_field)


@writer("csv")
def write_csv(rows: Iterable[Answered], out: BinaryIO) -> int:
    """Write Prodigy's rows as a table with commas, lists and objects as JSON in their cells."""
    return _write(rows, out, ",")


@writer("tsv")
def write_tsv(rows: Iterable[Answered], out: BinaryIO) -> int:
    """Write Prodigy's rows as a table with tabs, lists and objects as JSON in their cells."""
    return _write(rows, out, "\t")


def _write(rows: Iterable[Answered], out: BinaryIO, delimiter: str) -> int:
    text = io.TextIOWrapper(out, encoding="utf-8", newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    try:
        writer.writerow(COLUMNS)
        return sum(1 for row in rows if writer.writerow(_cells(row)))
    finally:
        text.detach()  # or else `out` would be closed with it


def _cells(answered: Answered) -> list[str]:
    row = prodigy_row(answered)
    return [_cell(name, row.get(name, "")) for name in COLUMNS]


def _cell(name: str, value: object) -> str:
    return dumped(value).decode("ascii") if name in JSON_FIELDS and value != "" else str(value)
