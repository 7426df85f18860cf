"""Create a project: a folder with settings, guidelines and an empty store, readable only by its owner."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from loop.errors import LoopError
from loop.files import make_private, open_private
from loop.project.trust import code_files, trust
from loop.settings import ProjectPaths, Settings, template
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
    made: list[Path] = []
    try:
        _make(paths, with_vectors_sum(paths, settings), made)
        yield
    except BaseException as error:
        for path in reversed(made):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if isinstance(error, OSError):
            hint = "Check its permissions."
            place = error.filename or paths.root
            raise LoopError(f"{place} cannot be written: {error.strerror}.", hint=hint) from None
        raise


def with_vectors_sum(paths: ProjectPaths, settings: Settings) -> Settings:
    """The settings with the sum of the word vectors that they name, so that no others are ever taken for them.

    Raises:
        PipelineError: there are no such vectors.
    """
    from loop.base.vectors import vectors_sum

    table = settings.project.vectors
    if table is None or settings.project.vectors_sum is not None:
        return settings
    known = replace(settings.project, vectors_sum=vectors_sum(paths.pipeline(table)))
    return replace(settings, project=known)


def create_project(paths: ProjectPaths, settings: Settings) -> None:
    """Create a project with an empty store; existing guidelines stay, and a .gitignore is extended.

    Creating a project trusts the code that its settings name.

    Raises:
        LoopError: see `created`.
    """
    with created(paths, settings):
        pass


def _make(paths: ProjectPaths, settings: Settings, made: list[Path]) -> None:
    for folder in (paths.root, paths.data, paths.models):
        if not folder.exists():
            make_private(folder)
            made.append(folder)
    _write_new(paths.cfg, template(settings), made)
    if not paths.guidelines.exists():
        sections = (GUIDELINE.format(label=label) for label in settings.project.labels)
        _write_new(paths.guidelines, GUIDELINES + "".join(sections), made)
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
