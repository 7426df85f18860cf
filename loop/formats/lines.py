"""The lines of a file as text: every byte is accounted for, or the line is named."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO

from loop.errors import InputError

STDIN = "stdin"
_BOM = b"\xef\xbb\xbf"
# Six times the longest text spaCy accepts, as JSON escapes; without a bound a file of no lines fills the memory.
_LONGEST = 64 * 1024 * 1024


def source_name(path: Path | str) -> str:
    """Return what a source is called in messages and in the store; bytes of a name that are no UTF-8 are escaped."""
    return STDIN if str(path) == "-" else os.fsencode(path).decode("utf-8", "backslashreplace")


def numbered_lines(path: Path | str) -> Iterator[tuple[int, str]]:
    r"""Yield every line with its number from 1 and its line end; only "\n" ends a line; "-" is standard input.

    Raises:
        InputError: the file cannot be read, a line is no UTF-8, holds a NUL character or is longer than 64 MB.
    """
    name = source_name(path)
    try:
        with _open(path) as file:
            for number, raw in enumerate(iter(lambda: file.readline(_LONGEST + 1), b""), start=1):
                yield number, _decode(raw.removeprefix(_BOM) if number == 1 else raw, name, number)
    except OSError as error:
        raise InputError(name, f"cannot be read: {error.strerror}.", hint="Check its name and its rights.") from None


def _open(path: Path | str) -> AbstractContextManager[BinaryIO]:
    return nullcontext(sys.stdin.buffer) if str(path) == "-" else Path(path).open("rb")


def _decode(raw: bytes, name: str, number: int) -> str:
    if len(raw) > _LONGEST:
        raise InputError(name, "is longer than 64 MB.", line=number, hint="Is it a text file with a text per line?")
    try:
        line = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        problem = f"byte {error.start + 1} of the line is no UTF-8."
        hint = "Convert the file first, for example with `iconv -f latin1 -t utf-8`."
        raise InputError(name, problem, line=number, hint=hint) from None
    if "\0" in line:
        raise InputError(name, "holds a NUL character.", line=number, hint="Is it a text file, and UTF-8?")
    return line
