"""Atomic replacement of files, safe against symbolic links and special files put in the way."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from loop.files.rights import open_private, sync

DEVICES, PROCESSES = Path("/dev"), Path("/proc")
LONGEST = 50  # characters of a target's name in its temporary name: file systems limit names to 255 bytes


def name_aside(target: Path) -> Path:
    """An unused, unpredictable path next to `target`."""
    return target.with_name(f".{target.name[:LONGEST]}-{secrets.token_hex(8)}")


@contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """Yield a file that replaces `target`, synced to disk, when the block ends; on an error `target` is unchanged.

    A symbolic link at `target` is replaced, not followed.

    Raises:
        OSError: the file cannot be written, or `target` is a folder, pipe or device.
    """
    with new_file(target) as aside, aside.open("rb+") as file:
        yield file


@contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """Yield the path of an empty temporary file that replaces `target` when the block ends; see `replacing`.

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


def rewrite_text(file: Path, change: Callable[[str], str]) -> str:
    """Replace the text of a file, empty if there is none, by what `change` makes of it; return that.

    A link is followed, permissions stay, and bytes that are not UTF-8 survive. Nothing is written without a change.

    Raises:
        OSError: the file cannot be read or written.
    """
    target = file.resolve()
    before = target.read_bytes().decode("utf-8", "surrogateescape") if target.exists() else None
    after = change(before or "")
    if after != before:
        with replacing(target) as written:
            if before is not None:
                os.fchmod(written.fileno(), target.stat().st_mode & 0o777)
            written.write(after.encode("utf-8", "surrogateescape"))
    return after


def is_special(target: Path) -> bool:
    """Whether `target` exists and is neither a file nor a folder: a pipe, or a device such as /dev/null.

    /dev/stdout counts, even if redirected to a file: replacing it would replace the link that all programs use.
    """
    folder = target.parent.resolve()
    if folder == DEVICES or folder.is_relative_to(PROCESSES):
        return True
    return target.exists() and not (target.is_file() or target.is_dir())


def _refuse_special(target: Path) -> None:
    """Raise if `target` is a pipe or device: replacing it would take it away from all programs."""
    if target.is_dir():
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    if is_special(target):
        raise OSError(errno.EINVAL, "It is a pipe or a device", str(target))


def copy_file(source: Path, target: Path) -> None:
    """Replace `target` with a private copy of `source`.

    Raises:
        OSError: `source` cannot be read, or `target` cannot be written.
    """
    with source.open("rb") as old, replacing(target) as new:
        shutil.copyfileobj(old, new)
