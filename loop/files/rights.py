"""Who may use what is made: its owner alone or, in a folder shared with a group, the group."""

from __future__ import annotations

import errno
import grp
import os
import stat
from dataclasses import dataclass
from pathlib import Path

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
        OSError: it cannot be opened, is a symbolic link, or is no regular file.
    """
    mode = rights_in(path.parent).file
    # Without O_NONBLOCK a pipe that somebody has put there is waited for.
    safe = flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor, is_new = os.open(path, safe | os.O_CREAT | os.O_EXCL, mode), True
    except FileExistsError:
        if flags & os.O_EXCL:
            raise
        descriptor, is_new = os.open(path, safe), False
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "It is not a regular file", str(path))
    if is_new or (mode == SHARED.file and status.st_uid == os.geteuid()):
        os.fchmod(descriptor, mode)  # the umask takes rights away
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
    try:
        folder.mkdir(mode=mode)
    except FileExistsError:
        if not folder.is_dir():
            raise
        return
    folder.chmod(mode)  # the umask takes rights away


def is_writable(path: Path) -> bool:
    """Whether a file or a folder may be written by this process; False also where it is not there."""
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


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


def sync(path: Path) -> None:
    """Wait until what is in a file, or which names are in a folder, is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_private_and_sync(folder: Path) -> None:
    """See that only those who may use its folder can read a folder and all in it, and that all of it is on disk."""
    rights = rights_in(folder.parent)
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            restrict(path, rights)
            sync(path)
