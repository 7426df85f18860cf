"""Open a project: its settings, its code and its store; complete interrupted changes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from loop.errors import LoopError, StoreError, StoreMissingError
from loop.files import SHARED, is_writable, rights_in, share_with
from loop.project.erasing import ErasedReport, finish_erasing
from loop.project.labels import finish_relabeling
from loop.project.trust import check_trust, run_code
from loop.settings import ProjectPaths, Settings, load_settings
from loop.settings.writing import set_todays_names
from loop.store import Store
from loop.store.copying import readable_copy
from loop.store.database import check_present

STILL_WORK = "`loop status`, `loop export -` and other commands that only read still work."
AskAboutCode = Callable[[Sequence[Path]], bool]
OnErased = Callable[[ErasedReport], None]


class Opened(NamedTuple):
    """An open project.

    Attributes:
        store: a private copy if the project is read-only.
    """

    paths: ProjectPaths
    settings: Settings
    store: Store


@contextmanager
def opened(
    paths: ProjectPaths,
    *,
    ask: AskAboutCode | None = None,
    trust_code: bool = False,
    runs_code: bool = True,
    writes: bool = True,
    heard: OnErased = lambda _: None,
) -> Iterator[Opened]:
    """Open a project for the block. Nothing is created; a missing store is an error.

    Args:
        paths: of the project.
        ask: called with code files not trusted yet; returns whether to trust them. None if nobody can be asked.
        trust_code: trust the project's code without asking.
        runs_code: whether to run the project's own code, which its pipelines may need.
        writes: whether the caller changes the project. Reading also works in a read-only folder.
        heard: called after completing an interrupted erasure.

    Raises:
        SettingsError: there is no project, or its settings are invalid.
        StoreError: the store is missing or cannot be used.
        LoopError: the project's code is not trusted, or its folder cannot be written.
    """
    if is_writable(paths.cfg) and is_writable(paths.root):
        set_todays_names(paths.cfg)
    settings = load_settings(paths.root)
    if settings.project.shared is not None:
        _share(paths, settings.project.shared)
    check_store(paths)
    if settings.project.code is not None:
        check_trust(paths, settings.project.code, ask=ask, trust_code=trust_code)
        if runs_code:
            run_code(paths, settings.project.code)
    with open_store(paths, writes=writes) as store:
        if is_open_to_changes(paths):
            settings = _finish(paths, settings, store, heard)
        elif store.unfinished_erasing() is not None:
            hint = "Run any `loop` command with write permission there to complete it."
            raise LoopError(f"An interrupted `loop erase` in {paths.root} is not complete.", hint=hint)
        yield Opened(paths, settings, store)


def _finish(paths: ProjectPaths, settings: Settings, store: Store, heard: OnErased) -> Settings:
    """Complete interrupted changes; return the resulting settings."""
    if finish_relabeling(paths, store):
        settings = load_settings(paths.root)
    if erased := finish_erasing(paths, settings, store):
        heard(erased)
    return settings


def _share(paths: ProjectPaths, group: str) -> None:
    """Give a group access to the project."""
    try:
        if rights_in(paths.root) != SHARED or paths.root.group() != group:
            share_with(paths.root, group)
    except (LookupError, OSError):
        raise LoopError(
            f"The project cannot be shared with the group {group}.",
            hint="It is set as [project] shared in loop.cfg. The owner, a member, has to open the project first.",
        ) from None


@contextmanager
def open_store(paths: ProjectPaths, *, writes: bool = True) -> Iterator[Store]:
    """Open only a project's store, as `opened` does.

    Raises:
        StoreError: it is missing or cannot be used.
        LoopError: `writes` is set and the folder cannot be written.
    """
    check_store(paths)
    if is_open_to_changes(paths):
        with _explained(paths), Store(paths.db) as store:
            _refuse_emptied(paths, store)
            yield store
    elif writes:
        raise LoopError(f"{paths.root} cannot be written: {_reason(paths)}.", hint=STILL_WORK)
    else:
        with readable_copy(paths.db) as copy, _explained(paths), Store(copy) as store:
            yield store


def is_open_to_changes(paths: ProjectPaths) -> bool:
    """Whether this process may write the project's store."""
    return is_writable(paths.data) and (is_writable(paths.db) or not paths.db.exists())


def check_store(paths: ProjectPaths) -> None:
    """Check that the store is not missing.

    Raises:
        StoreError: it is; no new one is created.
    """
    with _explained(paths):
        check_present(paths.db)


@contextmanager
def _explained(paths: ProjectPaths) -> Iterator[None]:
    try:
        yield
    except StoreMissingError as error:
        if _has_learned(paths):
            raise _vanished(paths) from error
        raise


def _refuse_emptied(paths: ProjectPaths, store: Store) -> None:
    """Refuse a store without events if rounds exist: they must have learned from some answers."""
    if _has_learned(paths) and not store.journal.last_seq():
        raise _vanished(paths)


def _vanished(paths: ProjectPaths) -> StoreError:
    return StoreError(
        f"{paths.db} is missing or empty, although rounds have learned from it.",
        hint="Restore a backup; or move models/ away and start again with `loop doctor --repair`.",
    )


def _has_learned(paths: ProjectPaths) -> bool:
    return any(paths.models.glob("round-*[1-9]*"))


def begin_anew(paths: ProjectPaths) -> None:
    """Create an empty store if it is missing and no round has learned from it.

    Raises:
        StoreError: rounds have learned from it, it exists, or it cannot be written.
    """
    if _has_learned(paths):
        raise _vanished(paths)
    if older := sorted(paths.data.glob(f"{paths.db.name}.*")):
        raise StoreError(
            f"{older[0]} may be the missing store.", hint=f"Rename it to {paths.db.name}, or move it away."
        )
    paths.db.unlink(missing_ok=True)
    Store.create(paths.db).close()


def _reason(paths: ProjectPaths) -> str:
    read_only = os.statvfs(paths.data).f_flag & os.ST_RDONLY
    return "Read-only file system" if read_only else "Permission denied"
