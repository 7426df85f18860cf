"""Folders of files: written aside, synced and moved into place; what does not change is linked, not copied."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from loop.files.rights import make_private, make_private_and_sync, sync
from loop.files.writing import name_aside


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A folder to write in; on leaving it is synced and becomes `target`, on an error it is dropped."""
    make_private(target.parent)
    folder = name_aside(target)
    folder.mkdir(mode=0o700)
    folder.chmod(0o700)  # the umask takes rights away
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
    """Remove a folder: it is gone at once, also when the removal of its files is interrupted."""
    if folder.is_symlink() or not folder.is_dir():  # what a link points to is not ours
        folder.unlink()
        return
    doomed = name_aside(folder.with_name(f"dropped-{folder.name}"))
    folder.rename(doomed)
    shutil.rmtree(doomed, ignore_errors=True)


def point(link: Path, target: str) -> None:
    """Let a symbolic link name another target."""
    aside = name_aside(link)
    aside.symlink_to(target)
    aside.replace(link)


def copy_over(source: Path, target: Path) -> None:
    """Put a copy of a file or a folder in the place of another."""
    if source.is_dir():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)


def link_tree(source: Path, target: Path, *, without: Collection[str] = ()) -> None:
    """Fill a folder with links to the files of another, but for the entries `without` at its top."""
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
    """Bytes of the files in a folder that are none of those in `shared`."""
    others = {_identity(path) for path in files(shared)} if folder != shared else set()
    return sum(path.stat().st_size for path in files(folder) if _identity(path) not in others)


def files(folder: Path) -> list[Path]:
    """The files in a folder, at any depth."""
    return [path for path in folder.rglob("*") if path.is_file()]


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


def entries(folder: Path) -> list[Path]:
    """What is in a folder, sorted; nothing where there is none."""
    return sorted(folder.iterdir()) if folder.is_dir() else []
