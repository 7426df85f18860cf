"""JSON lines: one row per line, from Prodigy, doccano, Label Studio or any other program."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from loop.errors import InputError
from loop.formats.doccano import to_doccano
from loop.formats.lines import Source
from loop.formats.prodigy_row import prodigy_rows
from loop.formats.raw import Answered, BadRowError, RawText
from loop.formats.registry import reader, writer
from loop.formats.rows import read_row
from loop.formats.strict_json import parsed

Row = Mapping[str, Any]


@reader("doccano", "jsonl")
def read_jsonl(source: Source, *, text_field: str) -> Iterator[RawText]:
    """Yield the text of every line that is not blank.

    Raises:
        InputError: a line is not a JSON object, has no text under `text_field`, or has invalid spans or answer.
    """
    for number, line in source.lines():
        if line.strip():
            try:
                row = parsed(line)
            except BadRowError as error:
                raise InputError(source.name, error.problem, line=number, hint=error.hint) from None
            yield from read_row(row, source, number, text_field=text_field)


@writer("jsonl")
def write_prodigy(rows: Iterable[Answered], out: BinaryIO) -> int:
    """Write Prodigy's rows, one per line, lossless; return the number of answers."""
    return sum(n for row, n in prodigy_rows(rows) if out.write(dumped(row) + b"\n"))


@writer("doccano")
def write_doccano(rows: Iterable[Answered], out: BinaryIO) -> int:
    """Write doccano's rows, one per line: complete answers with their meta."""
    return write_lines(rows, out, to_doccano)


def write_lines(rows: Iterable[Answered], out: BinaryIO, row_of: Callable[[Answered], Row | None]) -> int:
    """Write each answer for which `row_of` returns a row, one per line; return how many."""
    lines = (dumped(row) + b"\n" for row in map(row_of, rows) if row is not None)
    return sum(1 for line in lines if out.write(line))


def dumped(value: object) -> bytes:
    """Return a value as deterministic JSON, in ASCII and without white space."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")
