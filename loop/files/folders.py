"""Atomic replacement of folders; unchanged files are hard-linked instead of copied."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from loop.files.rights import make_private, make_private_and_sync, sync
from loop.files.writing import name_aside


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Yield a temporary folder; on leaving the block it is synced and becomes `target`, on an error it is removed."""
    make_private(target.parent)
    folder = name_aside(target)
    folder.mkdir(mode=0o700)
    # mkdir's mode is masked by the umask. Without the set-group-ID bit, what is made in it would not be the group's.
    folder.chmod(0o700 | target.parent.stat().st_mode & stat.S_ISGID)
    try:
        yield folder
        make_private_and_sync(folder)
        if os.path.lexists(target):
            drop(target)
        folder.rename(target)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    sync(target.parent)


def drop(folder: Path) -> None:
    """Remove a folder: its name disappears at once, even if the removal of its files is interrupted."""
    if folder.is_symlink() or not folder.is_dir():  # the target of a link is not ours
        folder.unlink()
        return
    doomed = name_aside(folder.with_name(f"dropped-{folder.name}"))
    folder.rename(doomed)
    shutil.rmtree(doomed, ignore_errors=True)


def point(link: Path, target: str) -> None:
    """Point a symbolic link at another target, atomically."""
    aside = name_aside(link)
    aside.symlink_to(target)
    aside.replace(link)


def copy_over(source: Path, target: Path) -> None:
    """Replace a file or folder with a copy of `source`."""
    if source.is_dir():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)


def link_tree(source: Path, target: Path, *, without: Collection[str] = ()) -> None:
    """Fill `target` with hard links to the files of `source`, except for the top-level entries `without`."""
    for path in sorted(source.rglob("*")):
        relative = path.relative_to(source)
        if relative.parts[0] in without:
            continue
        if path.is_dir():
            (target / relative).mkdir(parents=True, exist_ok=True)
        else:
            _link(path, target / relative)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.copyfile(source, target)


def own_size(folder: Path, *, shared: Path) -> int:
    """Size in bytes of the files in a folder that are not hard links to files in `shared`."""
    others = {_identity(path) for path in files(shared)} if folder != shared else set()
    return sum(path.stat().st_size for path in files(folder) if _identity(path) not in others)


def files(folder: Path) -> list[Path]:
    """All files in a folder, at any depth."""
    return [path for path in folder.rglob("*") if path.is_file()]


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


def entries(folder: Path) -> list[Path]:
    """The entries of a folder, sorted; empty if it does not exist."""
    return sorted(folder.iterdir()) if folder.is_dir() else []
