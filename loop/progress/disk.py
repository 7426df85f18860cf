"""The disk space of a project."""

from __future__ import annotations

from pathlib import Path


def bytes_on_disk(folder: Path) -> int:
    """The total size of a folder's files; files shared by several checkpoints count once."""
    sizes = {}
    for path in folder.rglob("*"):
        try:
            state = path.lstat()
        except OSError:  # deleted meanwhile
            continue
        if path.is_file() and not path.is_symlink():
            sizes[state.st_dev, state.st_ino] = state.st_size
    return sum(sizes.values())
