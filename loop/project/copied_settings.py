"""Copy the settings of a project with all files that they name, so that the copy needs nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from loop.files import copy_file, make_private
from loop.project.trust import code_files
from loop.settings import PATTERNS_NAME, ProjectPaths, Settings
from loop.settings.paths import expanded
from loop.settings.writing import set_value

FROM_ELSEWHERE = "files"  # folder in the copy for files that settings name outside the project


@dataclass(frozen=True, slots=True)
class Named:
    """A file or folder named in the settings, and its place relative to the copy's folder."""

    section: str
    key: str
    path: Path
    place: Path


def copy_settings(paths: ProjectPaths, settings: Settings, copy: ProjectPaths) -> None:
    """Copy loop.cfg, guidelines, patterns, and what the settings name, into an empty folder.

    A base that is an installed package is not copied.

    Raises:
        OSError: a file cannot be read or written.
    """
    for name in (paths.cfg.name, paths.guidelines.name, ".gitignore", PATTERNS_NAME):
        if (paths.root / name).is_file():
            copy_file(paths.root / name, copy.root / name)
    for named in _named(paths, settings):
        copied = _copy_encoder if named.key == "encoder" else _copy
        copied(named.path, copy.root / named.place)
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
        ("project", "encoder", project.encoder),
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


def _copy_encoder(source: Path, target: Path) -> None:
    """Copy the files of an encoder alone: folders of model hubs may hold larger ones, for other programs."""
    from loop.encoder.files import encoder_files

    make_private(target)
    for name, file in encoder_files(source).all.items():
        copy_file(file, target / name)


def _copy_code(paths: ProjectPaths, code: str, copy: ProjectPaths) -> None:
    """Copy the code file and what it can import, keeping their relative places."""
    file, *others = code_files(paths, code)
    run = _place(paths, file, "code")
    for one in (file, *others):
        inside = one.is_relative_to(paths.root.resolve())
        _copy(one, copy.root / (_place(paths, one, "code") if inside else run.parent / one.relative_to(file.parent)))
    set_value(copy.cfg, "project", "code", run.as_posix())
