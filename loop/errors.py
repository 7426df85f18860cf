"""The one family of errors: each says what happened and what to do about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any


class LoopError(Exception):
    """Anything a user can mend; `cli` prints it and exits with 1.

    Attributes:
        hint: one sentence that names the way out, or an empty string.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors of a worker reach its parent as they are, also those that are made from several arguments."""
        return _again, (type(self), str(self), self.hint)


def _again(kind: type[LoopError], message: str, hint: str) -> LoopError:
    error = kind.__new__(kind)
    LoopError.__init__(error, message, hint=hint)
    return error


class SettingsError(LoopError):
    """`loop.cfg` is missing, unreadable, or holds something that cannot be meant."""


class StoreError(LoopError):
    """The store cannot be opened, or refuses what it was asked to keep."""


class StoreMissingError(StoreError):
    """The store is gone; none is begun in its place."""


class PipelineError(LoopError):
    """The base or a checkpoint cannot be loaded, or is of a kind that cannot be learned or scored."""


class LatticeError(LoopError):
    """The readings asked for do not exist: a constraint contradicts another, or every reading."""


class InputError(LoopError):
    """A file that was to be read holds something unreadable; names the file and, where there is one, the line."""

    def __init__(self, path: Path | str, problem: str, *, line: int | None = None, hint: str = "") -> None:
        where = f"{path}" if line is None else f"{path}, line {line}"
        super().__init__(f"{where}: {problem}", hint=hint)
