"""The exceptions of this package: each says what happened and what to do about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any


class LoopError(Exception):
    """Base class of all errors that the user can fix; `cli` prints the message and exits with 1.

    Attributes:
        hint: one sentence that says what to do, or an empty string.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def __reduce__(self) -> tuple[Any, ...]:
        """Make errors picklable between processes, including subclasses with several arguments."""
        return _again, (type(self), str(self), self.hint)


def _again(kind: type[LoopError], message: str, hint: str) -> LoopError:
    error = kind.__new__(kind)
    LoopError.__init__(error, message, hint=hint)
    return error


class SettingsError(LoopError):
    """`loop.cfg` is missing, unreadable or invalid."""


class StoreError(LoopError):
    """The store cannot be opened, or refuses to store invalid data."""


class StoreMissingError(StoreError):
    """The store is missing; a new one is never created implicitly."""


class PipelineError(LoopError):
    """The base or a checkpoint cannot be loaded, trained or scored."""


class LatticeError(LoopError):
    """No analysis satisfies the constraints, or serialised lattice data is invalid."""


class InputError(LoopError):
    """An input file is unreadable or invalid; the message names the file and, if known, the line."""

    def __init__(self, path: Path | str, problem: str, *, line: int | None = None, hint: str = "") -> None:
        where = f"{path}" if line is None else f"{path}, line {line}"
        super().__init__(f"{where}: {problem}", hint=hint)
