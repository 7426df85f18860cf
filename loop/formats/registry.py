"""Readers and writers of files, by the name of their format.

A reader takes an open source and the name of the text field, and yields texts. A writer takes answers and a binary
file, writes those that its format can represent, and returns how many. Packages can register their own through the
entry point groups `loop_readers` and `loop_writers`; in a script:

    from loop.formats import RawText, reader

    @reader("shout")
    def read_shouted(source, *, text_field):
        for number, line in source.lines():
            yield RawText(line.strip().upper(), source.name, number)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import BinaryIO, Protocol, TypeVar, cast

import catalogue

from loop.errors import LoopError
from loop.formats.lines import Source
from loop.formats.raw import Answered, RawText


class Reader(Protocol):
    """Reads a file of one format."""

    def __call__(self, source: Source, *, text_field: str) -> Iterator[RawText]:
        """Yield the texts of `source` in order, each with its line (or row).

        Raises:
            InputError: the source or a line is invalid; the texts before that line have been yielded.
        """


class Writer(Protocol):
    """Writes a file of one format."""

    def __call__(self, rows: Iterable[Answered], out: BinaryIO) -> int:
        """Write those of `rows` that the format can represent, in order; return how many.

        The same rows give the same bytes.
        """


_readers = catalogue.create("loop", "readers", entry_points=True)
_writers = catalogue.create("loop", "writers", entry_points=True)
T = TypeVar("T")
R = TypeVar("R", bound=Reader)
W = TypeVar("W", bound=Writer)


def reader(*names: str) -> Callable[[R], R]:
    """Register the decorated function as the reader of the formats with these names."""
    return lambda function: _register(_readers, names, function)


def writer(*names: str) -> Callable[[W], W]:
    """Register the decorated function as the writer of the formats with these names."""
    return lambda function: _register(_writers, names, function)


def _register(registry: catalogue.Registry, names: Sequence[str], function: T) -> T:
    for name in names:
        registry.register(name, func=function)
    return function


def get_reader(name: str) -> Reader:
    """Return the registered reader of a format.

    Raises:
        LoopError: there is none.
    """
    return cast(Reader, _get(_readers, name))


def get_writer(name: str) -> Writer:
    """Return the registered writer of a format.

    Raises:
        LoopError: there is none.
    """
    return cast(Writer, _get(_writers, name))


def _get(registry: catalogue.Registry, name: str) -> object:
    known = registry.get_all()
    if name not in known:
        raise LoopError(f"There is no format {name!r}.", hint=f"The formats are {', '.join(sorted(known))}.")
    return known[name]
