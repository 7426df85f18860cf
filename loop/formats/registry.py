"""Readers and writers of files, by the name of their format.

A reader is called with an open source and the name of the field that holds the text; it yields what it finds. A writer
is called with answers and a binary file; it writes those that its format can hold and returns how many. Installed
packages can offer their own through the entry point groups `loop_readers` and `loop_writers`; in a script:

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
        """Yield the texts of `source` in its order, each with the line (or row) that it stands in.

        Raises:
            InputError: the source, or a line of it, cannot be meant; texts before that line were yielded already.
        """


class Writer(Protocol):
    """Writes a file of one format."""

    def __call__(self, rows: Iterable[Answered], out: BinaryIO) -> int:
        """Write what the format can hold of `rows`, in their order; return how many of them were written.

        The same rows give the same bytes.
        """


_readers = catalogue.create("loop", "readers", entry_points=True)
_writers = catalogue.create("loop", "writers", entry_points=True)
T = TypeVar("T")
R = TypeVar("R", bound=Reader)
W = TypeVar("W", bound=Writer)


def reader(*names: str) -> Callable[[R], R]:
    """Register the function below as the reader of the formats with these names."""
    return lambda function: _register(_readers, names, function)


def writer(*names: str) -> Callable[[W], W]:
    """Register the function below as the writer of the formats with these names."""
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
        raise LoopError(f"There is no format {name!r}.", hint=f"There are: {', '.join(sorted(known))}.")
    return known[name]
