"""Back up a project while it is in use; the backup is a project too."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from loop.checkpoints.checkpoints import LAST, Checkpoints
from loop.errors import LoopError, PipelineError
from loop.files import copy_file, make_private, new_folder, point
from loop.project import code_files, open_store, trust
from loop.settings import PATTERNS_NAME, ProjectPaths, Settings, load_settings
from loop.settings.paths import expanded
from loop.settings.writing import set_value
from loop.store import Store
from loop.store.copying import copy_store

TRIES = 3
FROM_ELSEWHERE = "files"  # folder in the copy for files that settings name outside the project


@dataclass(frozen=True, slots=True)
class Named:
    """A file or folder named in the settings, and its place relative to the copy's folder."""

    section: str
    key: str
    path: Path
    place: Path


def back_up(paths: ProjectPaths, settings: Settings, store: Store, out: Path) -> int:
    """Copy store, settings, guidelines, files named in the settings, round 0 and the last round; return its number.

    The store is copied at one point in time, and knows the last round. `out` appears when it is complete. A base that
    is an installed package is not copied.

    Raises:
        LoopError: `out` exists, is inside the project, or cannot be written.
    """
    if out.exists():
        raise LoopError(f"{out} already exists.", hint="Name a new folder.")
    if out.resolve().is_relative_to(paths.root.resolve()):
        raise LoopError(f"{out} is inside the project.", hint="Put the backup elsewhere, best on another disk.")
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
            f"{out} cannot be written: {error.strerror}.", hint="Check disk space and file permissions."
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
    """The files and folders named in the settings, except code."""
    project, suggest = settings.project, settings.suggest
    for section, key, name in (
        ("project", "patterns", project.patterns),
        ("project", "eval", project.eval),
        ("project", "base", paths.pipeline(project.base)),
        ("project", "vectors", project.vectors and paths.pipeline(project.vectors)),
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
    """Copy the code file and what it can import, keeping their relative places."""
    file, *others = code_files(paths, code)
    run = _place(paths, file, "code")
    for one in (file, *others):
        inside = one.is_relative_to(paths.root.resolve())
        _copy(one, copy.root / (_place(paths, one, "code") if inside else run.parent / one.relative_to(file.parent)))
    set_value(copy.cfg, "project", "code", run.as_posix())


def _copy_rounds(paths: ProjectPaths, copy: ProjectPaths) -> int:
    """Copy round 0 and the last round; tries the next last round if the trainer prunes one meanwhile.

    With a closing round, also the one before it, which the next starts from.
    """
    with open_store(copy) as store:
        known = store.journal.weights()
    make_private(copy.models)
    if (paths.models / "pretrained").is_dir():
        shutil.copytree(paths.models / "pretrained", copy.models / "pretrained", dirs_exist_ok=True)
    kept = Checkpoints(paths.models)
    for _ in range(TRIES):
        try:
            numbers = kept.finished(known)
            closing = numbers and kept.info(numbers[-1]).closing
            for number in {*numbers[:1], *numbers[-2 if closing else -1 :]}:
                target = Checkpoints(copy.models).path(number)
                shutil.rmtree(target, ignore_errors=True)
                shutil.copytree(kept.path(number), target)
        except (FileNotFoundError, shutil.Error, PipelineError):
            continue
        if numbers:
            point(copy.models / LAST, kept.path(numbers[-1]).name)
        return max(numbers, default=0)
    raise LoopError("The rounds change faster than they can be copied.", hint="Try again.")
