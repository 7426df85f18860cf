"""What the tests of the commands share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ran:
    """What a command left behind: its exit code, and what it printed."""

    code: object
    out: str
    err: str


Run = Callable[..., Ran]
