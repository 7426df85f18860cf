"""CSV and TSV: one row per text in a named column; the other columns are its fields."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, BinaryIO

from loop.errors import InputError
from loop.formats.jsonl import dumped
from loop.formats.lines import Source
from loop.formats.prodigy_row import prodigy_rows
from loop.formats.raw import Answered, BadRowError, RawText
from loop.formats.registry import reader, writer
from loop.formats.rows import JSON_FIELDS, cells_to_row, read_row

DELIMITERS = (",", ";", "\t")
# The fields of an answer's row, without tokens, which come from the pipeline.
COLUMNS = (
    "text", "spans", "answer", "meta", "_annotator_id", "_timestamp", "_view_id", "_input_hash", "_task_hash", "_loop"
)  # fmt: skip


@reader("tsv", "csv")
def read_table(source: Source, *, text_field: str) -> Iterator[RawText]:
    """Yield the text of every row; the first row names the columns and decides between comma, semicolon and tab.

    Raises:
        InputError: the text column is missing or repeated, a row has a wrong number of cells, or a quote never ends.
    """
    # csv's limit applies to the whole process; `Source.lines` limits lines anyway.
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
        hint = 'Quote cells that contain quotes or line breaks, and double the quotes inside ("").'
        raise InputError(source.name, f"is not a csv file: {error}.", line=max(reader.line_num, 1), hint=hint) from None


def _columns(head: str, source: str, text_field: str) -> tuple[str, list[str]]:
    found = delimiter_of(head, text_field)
    if found:
        return found
    # Do not list the columns: in a file without a header they would be text.
    raise InputError(
        source,
        f"its first line does not name one column {text_field}.",
        line=1,
        hint="Name the column with the texts with --text-field NAME.",
    )


def delimiter_of(head: str, text_field: str) -> tuple[str, list[str]] | None:
    """Return the delimiter and the columns of a header with exactly one column `text_field`; None if it has not."""
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
        problem = f"has {len(cells)} cells, but the first line names {len(columns)} columns."
        raise InputError(source.name, problem, line=line)
    try:
        row = cells_to_row(dict(zip(columns, cells, strict=True)), text_field)
    except BadRowError as error:
        raise InputError(source.name, error.problem, line=line, hint=error.hint) from None
    yield from read_row(row, source, line, text_field=text_field)


@writer("csv")
def write_csv(rows: Iterable[Answered], out: BinaryIO) -> int:
    """Write Prodigy's rows as a comma-separated table, with lists and objects as JSON."""
    return _write(rows, out, ",")


@writer("tsv")
def write_tsv(rows: Iterable[Answered], out: BinaryIO) -> int:
    """Write Prodigy's rows as a tab-separated table, with lists and objects as JSON."""
    return _write(rows, out, "\t")


def _write(rows: Iterable[Answered], out: BinaryIO, delimiter: str) -> int:
    text = io.TextIOWrapper(out, encoding="utf-8", newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    try:
        writer.writerow(COLUMNS)
        return sum(n for row, n in prodigy_rows(rows) if writer.writerow(_cells(row)))
    finally:
        text.detach()  # otherwise closing it would close `out`


def _cells(row: Mapping[str, Any]) -> list[str]:
    return [_cell(name, row.get(name, "")) for name in COLUMNS]


def _cell(name: str, value: object) -> str:
    return dumped(value).decode("ascii") if name in JSON_FIELDS and value != "" else str(value)
