"""Checksums that show whether the files of a folder have changed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import srsly

from loop.base.pipeline import base_folder
from loop.files import files

# SHA-256 (hex) by file identity (device, inode): checkpoints share most of their files.
Known = dict[tuple[int, int], str]


def checksums_of(folder: Path, *, without: Path | None = None, known: Known | None = None) -> dict[str, str]:
    """SHA-256 (hex) of every file in a folder, by relative path, sorted.

    Args:
        folder: the folder.
        without: a file to leave out.
        known: a cache of sums, updated in place.

    Raises:
        OSError: a file cannot be read.
    """
    known = {} if known is None else known
    found = {path.relative_to(folder).as_posix(): _sum(path, known) for path in files(folder) if path != without}
    return dict(sorted(found.items()))


def _sum(path: Path, known: Known) -> str:
    status = path.stat()
    key = status.st_dev, status.st_ino
    if key not in known:
        with path.open("rb") as file:
            digest = hashlib.sha256()
            while part := file.read(1 << 20):
                digest.update(part)
        known[key] = digest.hexdigest()
    return known[key]


def base_sum(base: str) -> str:
    """A single SHA-256 (hex) of the names and contents of a base's files; empty for a base without files.

    Raises:
        PipelineError: there is no such pipeline.
    """
    folder = base_folder(base)
    return hashlib.sha256(json.dumps(checksums_of(folder)).encode()).hexdigest() if folder else ""


def write_sums(folder: Path, file: Path) -> None:
    """Write the checksums of all other files in `folder` to `file`."""
    srsly.write_json(file, checksums_of(folder, without=file))


def is_unchanged(folder: Path, file: Path, known: Known | None = None) -> bool:
    """Whether the files of a folder still match its checksums; True if it has none."""
    try:
        return not file.exists() or bool(srsly.read_json(file) == checksums_of(folder, without=file, known=known))
    except (OSError, ValueError):
        return False
