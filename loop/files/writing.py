"""A file written aside and moved into place: what others put in the way is neither followed nor kept."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from loop.files.rights import open_private, sync

DEVICES, PROCESSES = Path("/dev"), Path("/proc")
LONGEST = 50  # characters of a name that are repeated in another: a file system takes 255 bytes


def name_aside(target: Path) -> Path:
    """A name beside `target` that is not taken and that nobody can foresee."""
    return target.with_name(f".{target.name[:LONGEST]}-{secrets.token_hex(8)}")


@contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """A file to fill; when the block ends it is on disk and in the place of `target`, after an error all is as before.

    A symbolic link at `target` is replaced, not followed.

    Raises:
        OSError: it cannot be written, or `target` is neither a file nor a link: a folder, a pipe or a device.
    """
    with new_file(target) as aside, aside.open("rb+") as file:
        yield file


@contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """An empty file of our own that takes the place of `target` when the block ends; see `replacing`.

    Raises:
        OSError: see `replacing`.
    """
    _refuse_special(target)
    aside = name_aside(target)
    os.close(open_private(aside, os.O_RDWR | os.O_EXCL))
    try:
        yield aside
        sync(aside)
        aside.replace(target)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    sync(target.parent)


def is_special(target: Path) -> bool:
    """Whether something is there that is neither a file nor a folder: a pipe, or a device such as /dev/null.

    So is /dev/stdout, though it may lead to a file: what would be replaced is the name that everybody has.
    """
    folder = target.parent.resolve()
    if folder == DEVICES or folder.is_relative_to(PROCESSES):
        return True
    return target.exists() and not (target.is_file() or target.is_dir())


def _refuse_special(target: Path) -> None:
    """Replacing a pipe or a device takes it from everybody else."""
    if target.is_dir():
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    if is_special(target):
        raise OSError(errno.EINVAL, "It is a pipe or a device", str(target))


def copy_file(source: Path, target: Path) -> None:
    """Put a private copy of a file in the place of `target`.

    Raises:
        OSError: `source` cannot be read, or `target` not written.
    """
    with source.open("rb") as old, replacing(target) as new:
        shutil.copyfileobj(old, new)
