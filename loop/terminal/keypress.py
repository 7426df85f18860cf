"""Read single keys without a screen."""

from __future__ import annotations

import os
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Bytes: the longest sequence that a terminal sends for one key.
BYTES = 16


@contextmanager
def key_reader() -> Iterator[Callable[[], str]]:
    """Yield a function that waits for a key and returns the characters the terminal sent; Ctrl-C interrupts.

    What was typed before is dropped, what is typed from now on is not: print the question inside the block. The
    function raises EOFError if the terminal was closed.
    """
    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)
    try:
        tty.setcbreak(number)
        yield lambda: _sent(number)
    finally:
        termios.tcsetattr(number, termios.TCSADRAIN, before)


def _sent(number: int) -> str:
    sent = os.read(number, BYTES)
    if not sent:
        raise EOFError
    return sent.decode("utf-8", "replace")


def read_key() -> str:
    """Wait for a key, as in `key_reader`.

    Raises:
        EOFError: the terminal was closed.
    """
    with key_reader() as read:
        return read()
