"""Keep the output of libraries and of a project's code, which may quote texts, out of the trainer's log."""

from __future__ import annotations

import io
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from loop.cli.printing import only_said, say


class _LeftOut(io.RawIOBase):
    """A stream that discards what is written to it, and notes which line of Python wrote it."""

    def __init__(self, note: Callable[[str, str, int], None]) -> None:
        self._note, self._log = note, sys.stderr

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        writer = sys._getframe(1)
        if writer.f_globals.get("__name__", "").startswith("loop."):
            self._log.write(bytes(data).decode())
        else:
            self._note("Output", writer.f_code.co_filename, writer.f_lineno)
        return len(data)


@contextmanager
def words_left_out() -> Iterator[None]:
    """Replace warnings and printed output by a note on where they come from, and turn logging off.

    LOOP_DEBUG=1 lets everything through.
    """
    if os.environ.get("LOOP_DEBUG"):
        yield
        return
    seen: set[tuple[str, str, int]] = set()

    def show(
        message: Warning | str,  # noqa: ARG001
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,  # noqa: ARG001
        line: str | None = None,  # noqa: ARG001
    ) -> None:
        note(category.__name__, filename, lineno)

    def note(what: str, filename: str, lineno: int) -> None:
        if (what, filename, lineno) not in seen:
            seen.add((what, filename, lineno))
            say(f"{what} from {filename}, line {lineno}; left out because it may quote your texts.", err=True)

    before, level = warnings.showwarning, logging.root.manager.disable
    warnings.showwarning = show
    logging.disable(logging.CRITICAL)
    try:
        others = io.TextIOWrapper(_LeftOut(note), "utf-8", "backslashreplace", write_through=True)  # type: ignore[type-var]
        with only_said(others):
            yield
    finally:
        warnings.showwarning = before
        logging.disable(level)
