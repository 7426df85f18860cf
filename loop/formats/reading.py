"""Reading a file of any known format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Literal, get_args

from loop.errors import InputError
from loop.formats.jsonl import read_jsonl
from loop.formats.lines import numbered_lines, source_name
from loop.formats.plain import read_plain
from loop.formats.raw import RawText
from loop.formats.table import read_table

Format = Literal["jsonl", "csv", "txt"]
FORMATS: tuple[Format, ...] = get_args(Format)
_SUFFIXES: dict[str, Format] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "txt",
    ".text": "txt",
}


def read(path: Path | str, *, format: Format | None = None, text_field: str = "text") -> Iterator[RawText]:
    """Yield the texts of a file in its order; "-" reads standard input.

    Without `format` the file's ending decides; where that says nothing, lines that begin with a brace are jsonl and
    other lines are texts. `text_field` names the JSON field or the column that holds the text.

    Raises:
        InputError: the file cannot be read, or a line of it; texts before that line were yielded already.
    """
    source = source_name(path)
    lines = numbered_lines(path)
    found: Format | None = format or _SUFFIXES.get(Path(source).suffix.lower())
    if found is None:
        found, lines = _sniff(lines)
    if found == "jsonl":
        return read_jsonl(lines, source, text_field=text_field)
    if found == "csv":
        return read_table(lines, source, text_field=text_field)
    return read_plain(lines, source)


def _sniff(lines: Iterator[tuple[int, str]]) -> tuple[Format, Iterator[tuple[int, str]]]:
    head: list[tuple[int, str]] = []
    for line in lines:
        head.append(line)
        if line[1].strip():
            break
    begins = head[-1][1].lstrip()[:1] if head else ""
    return "jsonl" if begins == "{" else "txt", chain(head, lines)


def read_all(
    paths: Iterable[Path | str], *, format: Format | None = None, text_field: str = "text"
) -> Iterator[RawText]:
    """Yield the texts of several files, one after the other; see `read`."""
    for path in paths:
        yield from read(path, format=format, text_field=text_field)


def read_gold(path: Path | str) -> list[RawText]:
    """Return the texts of a jsonl file of which every span is known: `spans` is never None.

    Rows that were skipped, rejected or answered in part are left out.

    Raises:
        InputError: a row cannot be read, a row says nothing about spans, or no row is left.
    """
    gold = []
    for raw in read(path, format="jsonl"):
        if raw.answer is None and raw.spans is None:
            raise InputError(raw.source, "has no spans: a gold text without entities says spans: [].", line=raw.line)
        if raw.answer is None or (raw.answer.complete and raw.answer.verdict == "accept"):
            gold.append(raw)
    if not gold:
        raise InputError(source_name(path), "holds no text of which every span is known.")
    return gold
