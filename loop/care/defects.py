"""A problem found in a project."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Defect:
    """A problem, in a sentence.

    Attributes:
        repair: fixes it and returns a sentence about what was done; None if only a person can.
        hint: what a person can do.
    """

    what: str
    repair: Callable[[], str] | None = None
    hint: str = ""
