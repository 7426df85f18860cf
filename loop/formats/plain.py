"""Plain text: a text per line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from loop.formats.raw import RawText


def read_plain(lines: Iterable[tuple[int, str]], source: str) -> Iterator[RawText]:
    """Yield each line that is not blank as a text, without its line end."""
    for number, line in lines:
        if line.strip():
            yield RawText(line.removesuffix("\n").removesuffix("\r"), source, number)
