"""Locks between processes, which the system releases when a process ends, however it ends."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from loop.files import make_private, open_private

# Seconds before each attempt: `is_held` takes the lock for an instant.
PAUSES = (0.0, 0.02, 0.05)


class ProcessLock:
    """A lock on a file, held by at most one process at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self, seconds: float = 0.0) -> bool:
        """Take the lock; return False if another process holds it (not just for an instant, in `is_held`).

        Args:
            seconds: how long to wait for it.
        """
        began = time.monotonic()
        while not (taken := any(self._try(pause) for pause in PAUSES)) and time.monotonic() - began < seconds:
            pass
        return taken

    def write(self, content: bytes) -> None:
        """Replace the content of the file, while holding the lock; what is shorter than before is filled with blanks.

        A single write, so that no reader finds the file empty, or the rest of what was there.
        """
        assert self._descriptor is not None
        os.pwrite(self._descriptor, content.ljust(os.fstat(self._descriptor).st_size), 0)

    def _try(self, pause: float) -> bool:
        time.sleep(pause)
        make_private(self._path.parent)
        descriptor = open_private(self._path, os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Release the lock, if this object holds it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def is_held(path: Path) -> bool:
    """Whether a process holds the lock on `path`; writes nothing."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
