"""Plain text: a text per line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from loop.formats.lines import Source
from loop.formats.raw import Answered, RawText
from loop.formats.registry import reader, writer


@reader("txt")
def read_plain(source: Source, *, text_field: str) -> Iterator[RawText]:  # noqa: ARG001 (every reader is given it)
    """Yield each line that is not blank as a text, without its line end."""
    for number, line in source.lines():
        if line.strip():
            yield RawText(line.removesuffix("\n").removesuffix("\r"), source.name, number)


@writer("txt")
def write_plain(rows: Iterable[Answered], out: BinaryIO) -> int:
    """Write the texts alone, each once; those that would not come back from a line are left out."""
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
