"""The project that a command works on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

import typer

from loop.cli.printing import say
from loop.errors import LoopError
from loop.files import SHARED, rights_in, share_with
from loop.settings import CFG_NAME, ProjectPaths, Settings, load_settings
from loop.settings.writing import set_labels

if TYPE_CHECKING:
    from loop.store import Store

# The same values as in `loop.intake`, which takes too long to import for `loop --help`; where they are handed on, mypy
# compares them.
Split = Literal["sentence", "line", "none"]


def paths_of(ctx: typer.Context) -> ProjectPaths:
    """Return the paths of the project that -C or LOOP_PROJECT names, or else of the current folder."""
    return ProjectPaths(cast(Path, ctx.obj))


@contextmanager
def opened(ctx: typer.Context, *, runs_code: bool = True) -> Iterator[tuple[ProjectPaths, Settings, Store]]:
    """Open the project's settings and store, and run the user's code, if there is some and `runs_code`.

    Raises:
        SettingsError: there is no project, or its settings cannot be meant.
        StoreError: the store cannot be used.
    """
    from loop.store import Store

    paths = paths_of(ctx)
    settings = load_settings(paths.root)
    if settings.project.shared is not None:
        share(paths, settings.project.shared)
    _refuse_vanished(paths)
    if runs_code:
        run_code(paths, settings.project.code)
    with Store(paths.db) as store:
        if finish_relabeling(paths, store):
            settings = load_settings(paths.root)
        yield paths, settings, store


def share(paths: ProjectPaths, group: str) -> None:
    """Let a group use a project, if it cannot yet.

    Raises:
        LoopError: there is no such group, or this is not the project's owner.
    """
    try:
        if rights_in(paths.root) != SHARED or paths.root.group() != group:
            share_with(paths.root, group)
    except (LookupError, OSError):
        raise LoopError(
            f"The project cannot be shared with the group {group}.",
            hint="[project] shared in loop.cfg names it; the project's owner, one of the group, has to open it first.",
        ) from None


def _refuse_vanished(paths: ProjectPaths) -> None:
    """A store that is gone is not to be begun anew: its rounds would be dropped as if their answers had never been."""
    gone = not paths.db.exists() or not paths.db.stat().st_size
    if gone and any(paths.models.glob("round-*[1-9]*")):
        raise LoopError(
            f"{paths.db} is gone or empty, though rounds have learned from it.",
            hint="Put a backup there; or move models/ away to begin anew.",
        )


def say_whose_code(model: str) -> None:
    """Say that loading a pipeline runs code, before one is loaded from a folder that is no project's."""
    folder = Path(model).expanduser().resolve()
    if folder.is_dir() and not any((above / CFG_NAME).is_file() for above in folder.parents):
        say(
            f"{model} comes from outside. A pipeline runs the code that it names: use it only if you trust it.",
            err=True,
        )


def finish_relabeling(paths: ProjectPaths, store: Store) -> bool:
    """Let loop.cfg and the patterns follow a change of labels; False when they have, as long as nothing was killed."""
    found = store.unfinished_relabeling()
    if found is None:
        return False
    from loop.formats.patterns import PATTERNS_NAME, relabel_patterns

    labels, names = found
    set_labels(paths.cfg, labels, names)
    relabel_patterns(paths.resolve(load_settings(paths.root).project.patterns or PATTERNS_NAME), names)
    store.finish_relabeling()
    return True


def run_code(paths: ProjectPaths, code: str | None) -> None:
    """Run the user's own functions, which pipelines may need.

    Raises:
        InputError: they cannot be run.
    """
    if code is not None:
        from loop.ner.code import import_code

        import_code(paths.resolve(code).resolve())
