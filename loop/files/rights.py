"""Permissions of new files and folders: private to the owner or, in a shared folder, to the group."""

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
        """The mode for `path`, a file or folder."""
        return self.folder if path.is_dir() else self.file


PRIVATE = Rights(0o600, 0o700)
# With the set-group-ID bit, new files in a folder belong to the folder's group.
SHARED = Rights(0o660, 0o2770)


def rights_in(folder: Path) -> Rights:
    """The permissions of new files in `folder`, which need not exist yet: private, or shared with its group."""
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    return SHARED if there.stat().st_mode & _SHARED == _SHARED else PRIVATE


def open_private(path: Path, flags: int) -> int:
    """Open a file with the permissions of its folder, creating it if necessary; return the descriptor.

    Raises:
        OSError: the file cannot be opened, is a symbolic link, or is not a regular file.
    """
    mode = rights_in(path.parent).file
    # Without O_NONBLOCK, opening a pipe that somebody put there would block.
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
        os.fchmod(descriptor, mode)  # the mode of open() is masked by the umask
    return descriptor


def make_private(folder: Path) -> None:
    """Create a folder and its parents, unless it exists.

    Raises:
        OSError: the folder cannot be created.
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
    folder.chmod(mode)  # mkdir's mode is masked by the umask


def is_writable(path: Path) -> bool:
    """Whether this process may write to a file or folder; False if it does not exist."""
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def restrict(path: Path, rights: Rights) -> None:
    """Set the permissions of a file or folder if they differ.

    Raises:
        OSError: it belongs to another user.
    """
    if stat.S_IMODE(path.stat().st_mode) != rights.of(path):
        path.chmod(rights.of(path))


def share_with(folder: Path, group: str) -> None:
    """Share a folder with a group, including everything in it now and later.

    Raises:
        LookupError: there is no such group.
        OSError: an entry belongs to another user, or its owner is not in the group.
    """
    number = grp.getgrnam(group).gr_gid
    for path in (*folder.rglob("*"), folder):  # the folder comes last: its permissions mark completion
        if not path.is_symlink():
            os.chown(path, -1, number)
            path.chmod(SHARED.of(path))


def sync(path: Path) -> None:
    """Flush a file's contents, or a folder's entries, to disk (fsync)."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_private_and_sync(folder: Path) -> None:
    """Set the permissions of a folder and everything in it from its parent folder, and flush it all to disk."""
    rights, group = rights_in(folder.parent), folder.parent.stat().st_gid
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            status = path.stat()
            if rights is SHARED and status.st_gid != group and status.st_uid == os.geteuid():  # moved here
                os.chown(path, -1, group)
            restrict(path, rights)
            sync(path)
