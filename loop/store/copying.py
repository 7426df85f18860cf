"""Consistent copies of a store, even while other processes write to it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from loop.errors import StoreError
from loop.files import new_file


def copy_store(source: Path, target: Path) -> None:
    """Copy a snapshot of a store to `target`, which is replaced atomically.

    Raises:
        StoreError: the store cannot be read or the copy cannot be written; `target` is unchanged.
    """
    try:
        with (
            new_file(target) as aside,
            closing(sqlite3.connect(source)) as original,
            closing(sqlite3.connect(aside)) as copy,
        ):
            original.backup(copy)
            # A copy is a single file, without a log; opening it as a store sets the journal mode again.
            copy.execute("PRAGMA journal_mode=DELETE").close()
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise StoreError(
            f"The store cannot be copied to {target}: {reason}.", hint="Check disk space and permissions."
        ) from None


@contextmanager
def readable_copy(source: Path) -> Iterator[Path]:
    """Yield a temporary private copy of a store in a read-only folder.

    SQLite must write to the folder to read a log that is not merged yet. With `immutable=1` it would ignore the log,
    and with it the latest answers.

    Raises:
        StoreError: the store cannot be read.
    """
    with TemporaryDirectory(prefix="loop-") as folder:
        copy = Path(folder, source.name)
        try:
            try:
                _copy_by_sqlite(source, copy)
            except sqlite3.Error:  # SQLite cannot write to the folder; neither can anyone else
                _copy_files(source, copy)
        except OSError as error:
            hint = "Check its permissions."
            raise StoreError(f"{source} cannot be read: {error.strerror}.", hint=hint) from None
        yield copy


def _copy_by_sqlite(source: Path, copy: Path) -> None:
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as original,
        closing(sqlite3.connect(copy)) as new,
    ):
        original.backup(new)


def _copy_files(source: Path, copy: Path) -> None:
    for suffix in ("", "-wal", "-journal"):
        part = source.with_name(source.name + suffix)
        if part.exists():
            shutil.copyfile(part, copy.with_name(part.name))
