"""Files that are whole, on disk and private: their owner's alone or, in a folder shared with a group, the group's."""

from __future__ import annotations

import grp
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_SHARED = stat.S_ISGID | stat.S_IWGRP


@dataclass(frozen=True, slots=True)
class Rights:
    """The modes of a file and of a folder."""

    file: int
    folder: int

    def of(self, path: Path) -> int:
        """The mode that `path` is to have."""
        return self.folder if path.is_dir() else self.file


PRIVATE = Rights(0o600, 0o700)
# With the set-group-ID bit what is made in a folder belongs to the folder's group.
SHARED = Rights(0o660, 0o2770)


def rights_in(folder: Path) -> Rights:
    """The rights of what is made in `folder`, or will be when it is there: those of a group that it is shared with."""
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    return SHARED if there.stat().st_mode & _SHARED == _SHARED else PRIVATE


def open_private(path: Path, flags: int) -> int:
    """Open a file, made if it is missing, for those alone who may use its folder; returns the descriptor.

    Raises:
        OSError: it cannot be opened.
    """
    mode = rights_in(path.parent).file
    descriptor = os.open(path, flags | os.O_CREAT, mode)
    if mode == SHARED.file and os.fstat(descriptor).st_uid == os.geteuid():
        os.fchmod(descriptor, mode)  # the umask takes the group's rights away
    return descriptor


def make_private(folder: Path) -> None:
    """Make a folder, and those above it, unless it is there.

    Raises:
        OSError: it cannot be made.
    """
    if folder.is_dir():
        return
    make_private(folder.parent)
    mode = rights_in(folder).folder
    folder.mkdir(mode=mode, exist_ok=True)
    if mode == SHARED.folder:
        folder.chmod(mode)


def restrict(path: Path, rights: Rights) -> None:
    """Give a file or a folder its rights, if it has others.

    Raises:
        OSError: it belongs to somebody else.
    """
    if stat.S_IMODE(path.stat().st_mode) != rights.of(path):
        path.chmod(rights.of(path))


def share_with(folder: Path, group: str) -> None:
    """Let a group use a folder and all in it, now and later.

    Raises:
        LookupError: there is no such group.
        OSError: something in there belongs to somebody else, or its owner is not in the group.
    """
    number = grp.getgrnam(group).gr_gid
    for path in (*folder.rglob("*"), folder):  # last the folder itself, whose rights say that all is done
        if not path.is_symlink():
            os.chown(path, -1, number)
            path.chmod(SHARED.of(path))


@contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """A file to fill; when the block ends it is on disk and in the place of `target`, after an error all is as before.

    Raises:
        OSError: it cannot be written.
    """
    aside = target.with_name(f".{target.name}-{os.getpid()}")
    try:
        with os.fdopen(open_private(aside, os.O_WRONLY | os.O_TRUNC), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        put_in_place(aside, target)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def put_in_place(aside: Path, target: Path) -> None:
    """Give a file or a folder that is on disk its name, which it also has after a loss of power."""
    aside.replace(target)
    sync(target.parent)


def sync(path: Path) -> None:
    """Wait until what is in a file, or which names are in a folder, is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
