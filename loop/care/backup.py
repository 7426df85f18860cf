"""A copy of a project that is itself a project, made while others work on the original."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from loop.checkpoints.checkpoints import LAST, Checkpoints
from loop.errors import LoopError
from loop.files import copy_file, make_private, new_folder, point
from loop.project import code_files, open_store, trust
from loop.settings import PATTERNS_NAME, ProjectPaths, Settings, load_settings
from loop.settings.paths import expanded
from loop.settings.writing import set_value
from loop.store import Store
from loop.store.copying import copy_store

TRIES = 3
FROM_ELSEWHERE = "files"  # where the copy has what its settings name outside of the project


@dataclass(frozen=True, slots=True)
class Named:
    """A file or a folder that a setting names, and its place in the copy, from the project's folder."""

    section: str
    key: str
    path: Path
    place: Path


def back_up(paths: ProjectPaths, settings: Settings, store: Store, out: Path) -> int:
    """Copy store, settings, guidelines, and whatever the settings name; round 0 and the last round; returns that round.

    The store is copied as it is at one moment, the round is one that it knows. `out` is there when all of it is. An
    installed package that the project starts from is named in the copy, too, and not copied.

    Raises:
        LoopError: `out` is there already, lies in the project, or cannot be written.
    """
    if out.exists():
        raise LoopError(f"{out} is there already.", hint="Name a folder that is not there yet.")
    if out.resolve().is_relative_to(paths.root.resolve()):
        raise LoopError(f"{out} lies in the project itself.", hint="A backup belongs elsewhere, best on another disk.")
    store.copies.note("backup", out)
    try:
        with new_folder(out) as folder:
            copy = ProjectPaths(folder)
            _copy_settings(paths, settings, copy)
            make_private(copy.data)
            copy_store(paths.db, copy.db)
            number = _copy_rounds(paths, copy)
            code = load_settings(copy.root).project.code
    except OSError as error:
        raise LoopError(
            f"{out} cannot be written: {error.strerror}.", hint="Check disk space and permissions."
        ) from None
    if code is not None:
        trust(code_files(ProjectPaths(out), code))
    return number


def _copy_settings(paths: ProjectPaths, settings: Settings, copy: ProjectPaths) -> None:
    for name in (paths.cfg.name, paths.guidelines.name, ".gitignore", PATTERNS_NAME):
        if (paths.root / name).is_file():
            copy_file(paths.root / name, copy.root / name)
    for named in _named(paths, settings):
        _copy(named.path, copy.root / named.place)
        set_value(copy.cfg, named.section, named.key, named.place.as_posix())
    if settings.project.code is not None:
        _copy_code(paths, settings.project.code, copy)


def _named(paths: ProjectPaths, settings: Settings) -> Iterator[Named]:
    """The files and folders that the settings name, but for code."""
    project, suggest = settings.project, settings.suggest
    for section, key, name in (
        ("project", "patterns", project.patterns),
        ("project", "eval", project.eval),
        ("project", "base", paths.pipeline(project.base)),
        ("suggest", "pipeline", suggest.pipeline and paths.pipeline(suggest.pipeline)),
    ):
        path = paths.resolve(str(expanded(name or "")))
        if name and path.exists():
            yield Named(section, key, path, _place(paths, path, key))


def _place(paths: ProjectPaths, path: Path, key: str) -> Path:
    full, root = path.resolve(), paths.root.resolve()
    return full.relative_to(root) if full.is_relative_to(root) else Path(FROM_ELSEWHERE, key, path.name)


def _copy(source: Path, target: Path) -> None:
    make_private(target.parent)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        copy_file(source, target)


def _copy_code(paths: ProjectPaths, code: str, copy: ProjectPaths) -> None:
    """The file that is run and what it can import, as they lie to each other."""
    file, *others = code_files(paths, code)
    run = _place(paths, file, "code")
    for one in (file, *others):
        inside = one.is_relative_to(paths.root.resolve())
        _copy(one, copy.root / (_place(paths, one, "code") if inside else run.parent / one.relative_to(file.parent)))
    set_value(copy.cfg, "project", "code", run.as_posix())


def _copy_rounds(paths: ProjectPaths, copy: ProjectPaths) -> int:
    """The trainer may prune a round while it is copied: then another one is taken."""
    with open_store(copy) as store:
        known = {0, *(info.number for info in store.journal.rounds())}
    make_private(copy.models)
    if (paths.models / "pretrained").is_dir():
        shutil.copytree(paths.models / "pretrained", copy.models / "pretrained", dirs_exist_ok=True)
    kept = Checkpoints(paths.models)
    for _ in range(TRIES):
        numbers = [number for number in kept.rounds() if number in known]
        try:
            for number in {*numbers[:1], *numbers[-1:]}:
                target = Checkpoints(copy.models).path(number)
                shutil.rmtree(target, ignore_errors=True)
                shutil.copytree(kept.path(number), target)
        except (FileNotFoundError, shutil.Error):
            continue
        if numbers:
            point(copy.models / LAST, kept.path(numbers[-1]).name)
        return max(numbers, default=0)
    raise LoopError("The rounds change faster than they can be copied.", hint="Try again.")
