"""A consistent copy of a store, also while others write to it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from loop.errors import StoreError
from loop.files import open_private, put_in_place, sync


def copy_store(source: Path, target: Path) -> None:
    """Copy a store as it is at one moment, written aside and moved into place.

    Raises:
        StoreError: it cannot be read, or the copy cannot be written; what was at `target` is still there.
    """
    aside = target.with_name(f".{target.name}-{os.getpid()}")
    try:
        os.close(open_private(aside, os.O_RDWR | os.O_TRUNC))
        with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(aside)) as copy:
            original.backup(copy)
            # A copy is one file; whoever opens it as a store says anew how it is logged.
            copy.execute("PRAGMA journal_mode=DELETE").close()
        sync(aside)
        put_in_place(aside, target)
    except (OSError, sqlite3.Error) as error:
        aside.unlink(missing_ok=True)
        reason = error.strerror if isinstance(error, OSError) else error
        raise StoreError(
            f"The store cannot be copied to {target}: {reason}.", hint="Check the free space and the rights."
        ) from None
