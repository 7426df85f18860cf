"""The project that a command works on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

import typer

from loop.settings import ProjectPaths, Settings, load_settings
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
def opened(ctx: typer.Context) -> Iterator[tuple[ProjectPaths, Settings, Store]]:
    """Open the project's settings and store.

    Raises:
        SettingsError: there is no project, or its settings cannot be meant.
        StoreError: the store cannot be used.
    """
    from loop.store import Store

    paths = paths_of(ctx)
    settings = load_settings(paths.root)
    with Store(paths.db) as store:
        if finish_relabeling(paths, store):
            settings = load_settings(paths.root)
        yield paths, settings, store


def finish_relabeling(paths: ProjectPaths, store: Store) -> bool:
    """Let loop.cfg and the patterns follow a change of labels; False when they have, as long as nothing was killed."""
    from loop.formats.patterns import PATTERNS_NAME, relabel_patterns

    found = store.unfinished_relabeling()
    if found is None:
        return False
    labels, names = found
    set_labels(paths.cfg, labels, names)
    relabel_patterns(paths.resolve(load_settings(paths.root).project.patterns or PATTERNS_NAME), names)
    store.finish_relabeling()
    return True
