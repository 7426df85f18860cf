"""Read one key without a screen."""

from __future__ import annotations

import os
import sys
import termios
import tty

# Bytes: the longest sequence that a terminal sends for one key.
BYTES = 16


def read_key() -> str:
    """Wait for a key and return the characters the terminal sent; Ctrl-C interrupts.

    Raises:
        EOFError: the terminal was closed.
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
