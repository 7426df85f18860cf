"""Write files atomically, readable only by their owner."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from loop.errors import LoopError
from loop.files import replacing
from loop.formats.jsonl import dumped
from loop.formats.lines import is_packed, unpacked_name
from loop.formats.raw import Answered
from loop.formats.reading import told_by_name
from loop.formats.registry import get_writer

_DEFAULT = "jsonl"
T = TypeVar("T")


def write(rows: Iterable[Answered], out: Path | str, *, format: str | None = None) -> int:
    """Write answers in the given order; "-" is standard output. Return how many the format could represent.

    Without `format` the ending of the name decides; a name without an ending means jsonl, and .gz gzips. The same
    answers give the same bytes. An existing file is replaced when the new one is complete.

    Raises:
        LoopError: the format or the ending is unknown, or the file cannot be written; an existing file is unchanged.
    """
    writer = get_writer(format or told_by_name(str(out)) or _default(Path(out)))
    return _write(out, lambda file: writer(rows, file))


def _default(out: Path) -> str:
    name = Path(unpacked_name(str(out)))
    if name.suffix:
        hint = f"Name the format, for example --format {_DEFAULT}."
        raise LoopError(f"No format has the ending {name.suffix}.", hint=hint)
    return _DEFAULT


def write_jsonl(rows: Iterable[Mapping[str, Any]], out: Path | str) -> int:
    """Write one JSON object per line, in the given order; see `write`."""
    return _write(out, lambda file: sum(1 for row in rows if file.write(dumped(row) + b"\n")))


def _write(out: Path | str, fill: Callable[[Any], int]) -> int:
    if str(out) == "-":
        sys.stdout.flush()
        count = fill(sys.stdout.buffer)
        sys.stdout.buffer.flush()
        return count
    return write_aside(out, lambda file: _pack(file, fill) if is_packed(str(out)) else fill(file))


def write_aside(out: Path | str, fill: Callable[[Any], T]) -> T:
    """Let `fill` write a new file that replaces `out` when it is complete; return the result of `fill`.

    Raises:
        LoopError: the file cannot be written; an existing file is unchanged.
    """
    try:
        with replacing(Path(out)) as file:
            return fill(file)
    except OSError as error:
        raise LoopError(f"{out} cannot be written: {error.strerror}.", hint="Name another file.") from None


def _pack(file: Any, fill: Callable[[Any], int]) -> int:
    # No name and no time in the header: the same answers give the same bytes.
    with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
        return fill(packed)
