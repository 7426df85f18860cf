"""Back up a project while it is in use; the backup is a project too."""

from __future__ import annotations

import shutil
from pathlib import Path

from loop.checkpoints.checkpoints import LAST, Checkpoints
from loop.errors import LoopError, PipelineError
from loop.files import make_private, new_folder, point
from loop.project import code_files, open_store, trust
from loop.project.copied_settings import copy_settings
from loop.settings import ProjectPaths, Settings, load_settings
from loop.store import Store
from loop.store.copying import copy_store

TRIES = 3


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
            copy_settings(paths, settings, copy)
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
