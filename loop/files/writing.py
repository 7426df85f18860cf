"""A file written aside and moved into place: what others put in the way is neither followed nor kept."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from loop.files.rights import open_private, sync

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


def _refuse_special(target: Path) -> None:
    """Replacing a pipe or a device such as /dev/null takes it from everybody else."""
    try:
        mode = target.lstat().st_mode
        mode = target.stat().st_mode if stat.S_ISLNK(mode) else mode
    except FileNotFoundError:
        return
    if stat.S_ISDIR(mode):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "It is a pipe or a device", str(target))


def copy_file(source: Path, target: Path) -> None:
    """Put a private copy of a file in the place of `target`.

    Raises:
        OSError: `source` cannot be read, or `target` not written.
    """
    with source.open("rb") as old, replacing(target) as new:
        shutil.copyfileobj(old, new)
