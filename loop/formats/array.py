"""JSON files: a list of rows, concatenated rows over several lines, or Label Studio's list of tasks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from loop.errors import InputError
from loop.formats.jsonl import Row, dumped
from loop.formats.label_studio import to_label_studio
from loop.formats.lines import Source
from loop.formats.prodigy_row import prodigy_rows
from loop.formats.raw import Answered, BadRowError, RawText
from loop.formats.registry import reader, writer
from loop.formats.rows import read_row
from loop.formats.strict_json import parsed_all


@reader("label-studio", "json")
def read_json(source: Source, *, text_field: str) -> Iterator[RawText]:
    """Yield the text of each row of a list, or of a single row, with the line where the row starts.

    Raises:
        InputError: the file is not a list of JSON objects, or a row is invalid.
    """
    content = source.text()
    lines = _Lines(content)
    elements = parsed_all(content)
    while (element := _next(elements, source.name)) is not None:
        at, row = element
        yield from read_row(row, source, lines.number(at), text_field=text_field)


def _next(elements: Iterator[tuple[int, Any]], source: str) -> tuple[int, Any] | None:
    try:
        return next(elements, None)
    except BadRowError as error:
        raise InputError(source, error.problem, hint=error.hint) from None


class _Lines:
    """Numbers the elements of a JSON text: by line, or consecutively if the text has a single line."""

    def __init__(self, content: str) -> None:
        self._content, self._counted, self._number = content, 0, 1
        self._has_lines = "\n" in content.strip()

    def number(self, at: int) -> int:
        """Return the number of the element that starts at offset `at`; call in ascending order."""
        if self._has_lines:
            self._number += self._content.count("\n", self._counted, at)
        elif self._counted:
            self._number += 1
        self._counted = at or 1
        return self._number


@writer("json")
def write_json(rows: Iterable[Answered], out: BinaryIO) -> int:
    """Write a list of Prodigy's rows, lossless."""
    return _write(prodigy_rows(rows), out)


@writer("label-studio")
def write_label_studio(rows: Iterable[Answered], out: BinaryIO) -> int:
    """Write a list of Label Studio's tasks: complete answers, and skipped texts as cancelled."""
    return _write(((task, 1) for row in rows if (task := to_label_studio(row)) is not None), out)


def _write(rows: Iterable[tuple[Row, int]], out: BinaryIO) -> int:
    """Write each row; return how many answers they hold."""
    written = 0
    out.write(b"[")
    for row, n in rows:
        out.write((b",\n" if written else b"\n") + dumped(row))
        written += n
    out.write(b"\n]\n")
    return written
