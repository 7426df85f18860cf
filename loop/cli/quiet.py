"""What libraries say while the trainer works: their words may quote texts, and end in a log."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from loop.cli.printing import say


@contextmanager
def words_left_out() -> Iterator[None]:
    """Print of each warning where it comes from, and not what it says; libraries' logging is off.

    LOOP_DEBUG=1 lets all of it through.
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
        source = category.__name__, filename, lineno
        if source not in seen:
            seen.add(source)
            say(f"{category.__name__} from {filename}, line {lineno}; its words may quote your texts.", err=True)

    before, level = warnings.showwarning, logging.root.manager.disable
    warnings.showwarning = show
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        warnings.showwarning = before
        logging.disable(level)
