"""The disk space of a project."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path


def bytes_on_disk(folder: Path) -> int:
    """The total size of a folder's files; files shared by several checkpoints count once."""
    sizes = {}
    for place, _, names in os.walk(folder):  # which skips folders that are deleted meanwhile
        for name in names:
            with suppress(OSError):
                state = Path(place, name).lstat()
                if stat.S_ISREG(state.st_mode):
                    sizes[state.st_dev, state.st_ino] = state.st_size
    return sum(sizes.values())
