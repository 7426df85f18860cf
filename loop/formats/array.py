"""JSON in one piece: a list of rows, one row alone, or Label Studio's list of tasks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO

from loop.errors import InputError
from loop.formats.jsonl import Row, dumped
from loop.formats.label_studio import to_label_studio
from loop.formats.lines import Source
from loop.formats.prodigy import prodigy_row
from loop.formats.raw import Answered, BadRowError, RawText
from loop.formats.registry import reader, writer
from loop.formats.rows import parsed, read_row

_SPACE = " \t\r\n"


@reader("label-studio", "json")
def read_json(source: Source, *, text_field: str) -> Iterator[RawText]:
    """Yield the text of every row of a list, or of the one row that there is; each has the line where it begins.

    Raises:
        InputError: it is no list of JSON objects, or a row cannot be meant.
    """
    content = source.text()
    try:
        parsed(content)  # says what is wrong and where; `raw_decode` does not check the whole
    except BadRowError as error:
        raise InputError(source.name, error.problem, hint=error.hint) from None
    for number, row in _elements(content):
        yield from read_row(row, source.name, number, text_field=text_field)


def _elements(content: str) -> Iterator[tuple[int, Any]]:
    """The elements of the list, or the one value, in a valid JSON text, each with its line."""
    decoder = json.JSONDecoder()
    at = _skip(content, 0, _SPACE)
    is_list = content[at] == "["
    at, counted, line = at + is_list, 0, 1
    while (at := _skip(content, at, _SPACE + ",")) < len(content) and content[at] != "]":
        line += content.count("\n", counted, at)
        counted = at
        value, at = decoder.raw_decode(content, at)
        yield line, value


def _skip(content: str, at: int, characters: str) -> int:
    while at < len(content) and content[at] in characters:
        at += 1
    return at


@writer("json")
def write_json(rows: Iterable[Answered], out: BinaryIO) -> int:
    """Write a list of Prodigy's rows: all that `loop` knows of an answer."""
    return _write(rows, out, prodigy_row)


@writer("label-studio")
def write_label_studio(rows: Iterable[Answered], out: BinaryIO) -> int:
    """Write a list of Label Studio's tasks: complete answers, and skipped ones as cancelled."""
    return _write(rows, out, to_label_studio)


def _write(rows: Iterable[Answered], out: BinaryIO, row_of: Callable[[Answered], Row | None]) -> int:
    written = 0
    out.write(b"[")
    for row in map(row_of, rows):
        if row is not None:
            out.write((b",\n" if written else b"\n") + dumped(row))
            written += 1
    out.write(b"\n]\n")
    return written
