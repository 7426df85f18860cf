"""A copy of a project that is itself a project, made while others work on the original."""

from __future__ import annotations

import shutil
from pathlib import Path

from loop.errors import LoopError
from loop.files import make_private
from loop.ner.checkpoints import LAST, Checkpoints
from loop.ner.folders import aside, point
from loop.settings import ProjectPaths, Settings
from loop.store import Store
from loop.store.copying import copy_store

TRIES = 3


def back_up(paths: ProjectPaths, settings: Settings, store: Store, out: Path) -> int:
    """Copy store, settings, guidelines, patterns, gold texts, round 0 and the last round; returns that round.

    The store is copied as it is at one moment, the round is one that it knows. `out` is there when all of it is.

    Raises:
        LoopError: `out` is there already, lies in the project, or cannot be written.
    """
    if out.exists():
        raise LoopError(f"{out} is there already.", hint="Name a folder that is not there yet.")
    if out.resolve().is_relative_to(paths.root.resolve()):
        raise LoopError(f"{out} lies in the project itself.", hint="A backup belongs elsewhere, best on another disk.")
    store.copies.note("backup", out)
    try:
        with aside(out) as folder:
            copy = ProjectPaths(folder)
            _copy_files(paths, settings, copy)
            make_private(copy.data)
            copy_store(paths.db, copy.db)
            return _copy_rounds(paths, copy)
    except OSError as error:
        raise LoopError(
            f"{out} cannot be written: {error.strerror}.", hint="Check the free space and the rights."
        ) from None


def _copy_files(paths: ProjectPaths, settings: Settings, copy: ProjectPaths) -> None:
    project = settings.project
    names = [name for name in (project.patterns or "patterns.jsonl", project.eval) if name]
    files = [paths.cfg, paths.guidelines, paths.root / ".gitignore", *map(paths.resolve, names)]
    for file in files:
        if file.is_file() and file.resolve().is_relative_to(paths.root.resolve()):
            target = copy.root / file.resolve().relative_to(paths.root.resolve())
            make_private(target.parent)
            shutil.copyfile(file, target)


def _copy_rounds(paths: ProjectPaths, copy: ProjectPaths) -> int:
    """The trainer may prune a round while it is copied: then another one is taken."""
    with Store(copy.db) as store:
        known = {0, *(info.number for info in store.journal.rounds())}
    make_private(copy.models)
    if (paths.models / "pretrained").is_dir():
        shutil.copytree(paths.models / "pretrained", copy.models / "pretrained")
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
