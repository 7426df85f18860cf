"""What is found wrong with a project."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Defect:
    """Something wrong, in a sentence.

    Attributes:
        repair: corrects it and returns in a sentence what was done; None where only a person can.
        hint: what a person can do then.
    """

    what: str
    repair: Callable[[], str] | None = None
    hint: str = ""
