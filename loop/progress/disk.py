"""What a project takes on disk."""

from __future__ import annotations

from pathlib import Path


def bytes_on_disk(folder: Path) -> int:
    """The sizes of all files of a folder; what several checkpoints share counts once."""
    sizes = {}
    for path in folder.rglob("*"):
        try:
            state = path.lstat()
        except OSError:  # gone in the meantime
            continue
        if path.is_file() and not path.is_symlink():
            sizes[state.st_dev, state.st_ino] = state.st_size
    return sum(sizes.values())
