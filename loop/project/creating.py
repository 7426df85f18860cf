"""Create a project: a folder with settings, guidelines and an empty store, readable only by its owner."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from loop.errors import LoopError
from loop.files import make_private, open_private
from loop.project.copied_settings import copy_settings
from loop.project.trust import code_files, trust
from loop.settings import ProjectPaths, Settings, load_settings, template
from loop.settings.writing import set_value
from loop.store import Store

IGNORED = "# Texts are private and models are large: keep both out of the repository.\n/data/\n/models/\n"
GUIDELINES = """# Guidelines

What the annotators of this project have agreed on. Press g while annotating to read it.
"""
GUIDELINE = """
## {label}

What counts as one, with examples:

What does not, although it looks like one:

Where it begins and ends:
"""


@contextmanager
def created(paths: ProjectPaths, settings: Settings) -> Iterator[None]:
    """Create a project for the block to fill; if the block fails, everything created is removed.

    Raises:
        LoopError: the folder cannot be written, or contains a store.
    """
    with _removed_on_failure(paths) as made:
        _make(paths, with_sums(paths, settings), made)
        yield


@contextmanager
def created_like(paths: ProjectPaths, other: ProjectPaths, *, queue_seed: int) -> Iterator[None]:
    """Create a project with another one's settings, guidelines and patterns, and a queue of its own; see `created`.

    Files that the settings name are copied.

    Raises:
        LoopError: the folder cannot be written, or contains a store or a file of the same name.
    """
    with _removed_on_failure(paths) as made:
        _make_folders(paths, made)
        with TemporaryDirectory(prefix=".init-", dir=paths.root) as folder:
            copy = ProjectPaths(Path(folder))
            copy_settings(other, load_settings(other.root), copy)
            set_value(copy.cfg, "project", "queue_seed", queue_seed)
            set_value(copy.cfg, "project", "shared", None)
            (copy.root / ".gitignore").unlink(missing_ok=True)
            _take(copy.root, paths, made)
        _finish(paths, load_settings(paths.root), made)
        yield


def _take(folder: Path, paths: ProjectPaths, made: list[Path]) -> None:
    """Move the entries of a folder into a project that has none of their names."""
    entries = sorted(folder.iterdir())
    if there := [paths.root / entry.name for entry in entries if (paths.root / entry.name).exists()]:
        raise LoopError(f"{there[0]} is there already.", hint="Move it away, or make another folder for the project.")
    for entry in entries:
        made.append(entry.rename(paths.root / entry.name))


@contextmanager
def _removed_on_failure(paths: ProjectPaths) -> Iterator[list[Path]]:
    """Yield a list for what is created, which is removed if the block fails."""
    made: list[Path] = []
    try:
        yield made
    except BaseException as error:
        for path in reversed(made):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if isinstance(error, OSError):
            hint = "Check its permissions."
            place = error.filename or paths.root
            raise LoopError(f"{place} cannot be written: {error.strerror}.", hint=hint) from None
        raise


def with_sums(paths: ProjectPaths, settings: Settings) -> Settings:
    """The settings with the sums of the word vectors and the encoder, so that no others are ever taken for them.

    Raises:
        PipelineError: there are no such vectors, or no such encoder.
    """
    from loop.base.vectors import vectors_sum
    from loop.encoder.files import encoder_sum

    project = settings.project
    if project.vectors is not None and project.vectors_sum is None:
        project = replace(project, vectors_sum=vectors_sum(paths.pipeline(project.vectors)))
    if project.encoder is not None and project.encoder_sum is None:
        project = replace(project, encoder_sum=encoder_sum(str(paths.resolve(project.encoder))))
    return replace(settings, project=project)


def create_project(paths: ProjectPaths, settings: Settings) -> None:
    """Create a project with an empty store; existing guidelines stay, and a .gitignore is extended.

    Creating a project trusts the code that its settings name.

    Raises:
        LoopError: see `created`.
    """
    with created(paths, settings):
        pass


def _make(paths: ProjectPaths, settings: Settings, made: list[Path]) -> None:
    _make_folders(paths, made)
    _write_new(paths.cfg, template(settings), made)
    if not paths.guidelines.exists():
        sections = (GUIDELINE.format(label=label) for label in settings.project.labels)
        _write_new(paths.guidelines, GUIDELINES + "".join(sections), made)
    _finish(paths, settings, made)


def _make_folders(paths: ProjectPaths, made: list[Path]) -> None:
    for folder in (paths.root, paths.data, paths.models):
        if not folder.exists():
            make_private(folder)
            made.append(folder)


def _finish(paths: ProjectPaths, settings: Settings, made: list[Path]) -> None:
    """Add what a project with settings still lacks."""
    ignore = paths.root / ".gitignore"
    if not ignore.exists():
        _write_new(ignore, IGNORED, made)
    elif "/data/" not in ignore.read_text(encoding="utf-8").splitlines():
        with ignore.open("a", encoding="utf-8") as file:
            file.write("\n" + IGNORED)
    if settings.project.code is not None:
        trust(code_files(paths, settings.project.code))
    Store.create(paths.db).close()
    made.append(paths.db)


def _write_new(path: Path, text: str, made: list[Path]) -> None:
    with os.fdopen(open_private(path, os.O_WRONLY | os.O_EXCL), "w", encoding="utf-8") as file:
        made.append(path)
        file.write(text)
