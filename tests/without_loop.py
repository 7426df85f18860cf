"""A Python that has everything but `loop`."""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path


def packages_without_loop(folder: Path) -> Path:
    """A folder of links to all installed packages but `loop`: its metadata would say that it is installed."""
    folder.mkdir()
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if "loop" not in path.name and path.suffix != ".pth":
            (folder / path.name).symlink_to(path)
    return folder


def environment_without_loop(folder: Path) -> dict[str, str]:
    """The environment for a Python that is started with -S, and so looks nowhere else."""
    return {**os.environ, "PYTHONPATH": str(packages_without_loop(folder))}
