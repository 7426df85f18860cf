"""Read a file as bytes or as numbered lines; errors name the line."""

from __future__ import annotations

import codecs
import gzip
import io
import os
import sys
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO, cast

from loop.errors import InputError
from loop.formats.remote import is_remote, open_remote
from loop.formats.units import OffsetUnit

STDIN = "stdin"
_BOM = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"
PACKED = ".gz"
# Bytes to detect a format from.
_HEAD = 64 * 1024
# Fits the longest text spaCy accepts with JSON escapes (6 bytes each); a file without line ends must not fill memory.
_LONGEST = 64 * 1024 * 1024
# Limit for formats read in one piece (json, parquet, DocBin): a small gzip can unpack to any size.
_LARGEST = 2 * 1024 * 1024 * 1024


class Source:
    """An open file or standard input, unpacked if it is gzipped.

    Attributes:
        name: for messages and the store.
        head: the first bytes, for detecting the format.
        unit: the unit of the file's offsets.
    """

    def __init__(self, name: str, stream: io.BufferedIOBase) -> None:
        self.name = name
        self.unit = OffsetUnit()
        self._stream = stream
        self.head = self._read(_HEAD)

    def lines(self) -> Iterator[tuple[int, str]]:
        r"""Yield every line with its number from 1 and its line end; only "\n" ends a line.

        Raises:
            InputError: the file cannot be read, or a line is not UTF-8, contains NUL or is longer than 64 MB.
        """
        stream = io.BufferedReader(_Joined(self.head, self))
        for number, raw in enumerate(iter(lambda: stream.readline(_LONGEST + 1), b""), start=1):
            yield number, self._decode(raw.removeprefix(_BOM) if number == 1 else raw, number)

    def content(self) -> bytes:
        """Return all bytes.

        Raises:
            InputError: the file cannot be read, or is larger than 2 GB.
        """
        content = self.head + self._read(_LARGEST)
        if len(content) > _LARGEST:
            raise InputError(
                self.name, "is larger than 2 GB.", hint="Split it into several files, or convert it to jsonl."
            )
        return content

    def file(self) -> BinaryIO:
        """Return a seekable file; only gzipped files and pipes are read into memory.

        Raises:
            InputError: the file cannot be read, or is larger than 2 GB in memory.
        """
        if isinstance(self._stream, gzip.GzipFile) or not self._stream.seekable():
            return io.BytesIO(self.content())
        self._stream.seek(0)
        return cast(BinaryIO, self._stream)

    def text(self) -> str:
        """Return the whole text.

        Raises:
            InputError: the file cannot be read, is not valid UTF-8, contains a NUL character or is larger than 2 GB.
        """
        content = self.content().removeprefix(_BOM)
        for number, line in enumerate(content.split(b"\n"), start=1):
            self._decode(line, number)
        return content.decode("utf-8")

    def _read(self, size: int) -> bytes:
        try:
            return self._stream.read(size)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            hint = "Is the copy complete? Check it with `gzip -t`."
            raise InputError(self.name, "is a damaged gzip file.", hint=hint) from None
        except OSError as error:
            raise _unreadable(self.name, error) from None

    def _decode(self, raw: bytes, number: int) -> str:
        if len(raw) > _LONGEST:
            hint = "Is it a text file with one text per line?"
            raise InputError(self.name, "is longer than 64 MB.", line=number, hint=hint)
        try:
            line = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            problem = f"byte {error.start + 1} of the line is not valid UTF-8."
            encoding = "utf-16" if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "latin1"
            hint = f"Convert the file first, for example with `iconv -f {encoding} -t utf-8`."
            raise InputError(self.name, problem, line=number, hint=hint) from None
        if "\0" in line:
            hint = "Is it a text file in UTF-8?"
            raise InputError(self.name, "contains a NUL character.", line=number, hint=hint)
        return line


class _Joined(io.RawIOBase):
    """The bytes already read, followed by the rest."""

    def __init__(self, head: bytes, source: Source) -> None:
        self._left = head
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self._left or self._source._read(len(buffer))
        size = min(len(part), len(buffer))
        buffer[:size], self._left = part[:size], part[size:]
        return size


@contextmanager
def open_source(path: Path | str) -> Iterator[Source]:
    """Open a file; "-" is standard input, which stays open.

    Raises:
        InputError: it cannot be opened.
    """
    name = source_name(path)
    with _opened(path, name) as file:
        stream = io.BufferedReader(file)  # type: ignore[type-var]
        try:
            packed = _begins(stream, name) == _GZIP
            yield Source(name, gzip.GzipFile(fileobj=stream) if packed else stream)
        finally:
            stream.detach()


def _opened(path: Path | str, name: str) -> AbstractContextManager[BinaryIO]:
    try:
        if is_remote(path):
            return open_remote(str(path), "rb")
        return nullcontext(sys.stdin.buffer) if str(path) == "-" else Path(path).open("rb")
    except OSError as error:
        raise _unreadable(name, error) from None


def _begins(stream: io.BufferedReader[Any], name: str) -> bytes:
    try:
        return stream.peek(2)[:2]
    except OSError as error:
        raise _unreadable(name, error) from None


def _unreadable(name: str, error: OSError) -> InputError:
    return InputError(name, f"cannot be read: {error.strerror}.", hint="Check its name and its permissions.")


def source_name(path: Path | str) -> str:
    """Return a source's name for messages and the store; bytes that are not UTF-8 are escaped."""
    return STDIN if str(path) == "-" else os.fsencode(path).decode("utf-8", "backslashreplace")


def unpacked_name(name: str) -> str:
    """Return a file's name without the ending of gzip: "x.csv" for "x.csv.gz"."""
    return name[: -len(PACKED)] if is_packed(name) else name


def is_packed(name: str) -> bool:
    """Tell whether a file of this name is written with gzip."""
    return name.lower().endswith(PACKED)


def numbered_lines(path: Path | str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a file; see `Source.lines`."""
    with open_source(path) as source:
        yield from source.lines()
