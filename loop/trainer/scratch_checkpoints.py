"""A temporary folder for rounds that are trained outside `models/`, removed afterwards."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from loop.checkpoints.checkpoints import Checkpoints
from loop.errors import LoopError
from loop.settings import ProjectPaths
from loop.store.locks import ProcessLock


@contextmanager
def aside(paths: ProjectPaths, command: str) -> Iterator[Checkpoints]:
    """Temporary checkpoints for `loop COMMAND`, in the project's `data/`; `models/` stays unchanged.

    Raises:
        LoopError: another process is running the same command on the project.
    """
    lock, folder = ProcessLock(paths.data / f"{command}.lock"), paths.data / command
    if not lock.acquire():
        raise LoopError(f"Another `loop {command}` is running on this project.", hint="Wait until it is done.")
    try:
        shutil.rmtree(folder, ignore_errors=True)  # left behind by a killed process
        yield Checkpoints(folder, paths.features)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()
