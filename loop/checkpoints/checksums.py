"""Whether the files of a folder are the ones that were written."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import srsly

from loop.base.pipeline import base_folder
from loop.files import files

# The SHA-256 (hex) of files by their identity: checkpoints share most of theirs.
Known = dict[tuple[int, int], str]


def sums(folder: Path, *, without: Path | None = None, known: Known | None = None) -> dict[str, str]:
    """The SHA-256 (hex) of every file in a folder, by its place in there, sorted.

    Args:
        folder: with the files.
        without: a file that is left out.
        known: the sums of files that were read before, and afterwards of these too.

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
    """One SHA-256 (hex) of the names and the content of a base's files; empty for a base without files.

    Raises:
        PipelineError: there is no such pipeline.
    """
    folder = base_folder(base)
    return hashlib.sha256(json.dumps(sums(folder)).encode()).hexdigest() if folder else ""


def write_sums(folder: Path, file: Path) -> None:
    """Write the sums of all other files in a folder into a file of it."""
    srsly.write_json(file, sums(folder, without=file))


def is_unchanged(folder: Path, file: Path, known: Known | None = None) -> bool:
    """Whether a folder holds what it held when its sums were written; also when they never were."""
    try:
        return not file.exists() or bool(srsly.read_json(file) == sums(folder, without=file, known=known))
    except (OSError, ValueError):
        return False
