"""Plain text: one text per line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from loop.formats.lines import Source
from loop.formats.raw import Answered, RawText
from loop.formats.registry import reader, writer


@reader("txt")
def read_plain(source: Source, *, text_field: str) -> Iterator[RawText]:  # noqa: ARG001 (every reader is given it)
    """Yield each non-blank line as a text, without its line end."""
    for number, line in source.lines():
        if line.strip():
            yield RawText(line.removesuffix("\n").removesuffix("\r"), source.name, number)


@writer("txt")
def write_plain(rows: Iterable[Answered], out: BinaryIO) -> int:
    """Write each text once, without answers; texts that do not fit on one line are left out."""
    seen: set[str] = set()
    written = 0
    for row in rows:
        text = row.text.text
        if not text.strip() or "\n" in text or text.endswith("\r") or text.startswith("\ufeff"):
            continue
        written += 1
        if text not in seen:
            out.write(text.encode("utf-8") + b"\n")
            seen.add(text)
    return written
