"""Who is at work on a project: locks that the system takes back when a process ends, however it ends."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from loop.files import make_private, open_private

# Seconds before each try: who only asks whether a lock is held takes it for an instant.
PAUSES = (0.0, 0.02, 0.05)


class ProcessLock:
    """A lock on a file, held by at most one process at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take the lock; False when another process holds it, and not only to ask whether it is held."""
        return any(self._try(pause) for pause in PAUSES)

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
        """Give the lock back, if it is held here."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def is_held(path: Path) -> bool:
    """Whether some process holds the lock on `path`; nothing is written."""
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
