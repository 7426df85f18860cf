"""Rounds that are learned aside: in a folder of their own, which goes when they are done with."""

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
    """Checkpoints for `loop COMMAND`, in the project's `data/`; what is in `models/` is left as it is.

    Raises:
        LoopError: another one is at work.
    """
    lock, folder = ProcessLock(paths.data / f"{command}.lock"), paths.data / command
    if not lock.acquire():
        raise LoopError(f"Another `loop {command}` is at work on this project.", hint="Wait until it is done.")
    try:
        shutil.rmtree(folder, ignore_errors=True)  # what a killed one left behind
        yield Checkpoints(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()
