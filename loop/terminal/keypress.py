"""One key, without a screen."""

from __future__ import annotations

import os
import sys
import termios
import tty

# The longest that a terminal sends for one key.
BYTES = 16


def read_key() -> str:
    """Wait for one key on the terminal and return what it sent; Ctrl-C interrupts.

    Raises:
        EOFError: the terminal is gone.
    """
    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)
    try:
        tty.setcbreak(number)
        sent = os.read(number, BYTES)
    finally:
        termios.tcsetattr(number, termios.TCSADRAIN, before)
    if not sent:
        raise EOFError
    return sent.decode("utf-8", "replace")
