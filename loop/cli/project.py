"""Open the project that a command works on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

import typer

from loop.cli.printing import is_interactive, say
from loop.settings import CFG_NAME, ProjectPaths
from loop.settings.paths import expanded
from loop.words import counted

if TYPE_CHECKING:
    from loop.project import ErasedReport, Opened


def paths_of(ctx: typer.Context) -> ProjectPaths:
    """Return the paths of the project named by -C or LOOP_PROJECT, by default the current folder."""
    return ProjectPaths(cast(Path, ctx.obj))


@contextmanager
def opened(
    ctx: typer.Context,
    paths: ProjectPaths | None = None,
    *,
    runs_code: bool = True,
    writes: bool = True,
    heard: Callable[[ErasedReport], None] | None = None,
) -> Iterator[Opened]:
    """Open the command's project, or the one at `paths`; see `loop.project.opened`.

    On a terminal it asks whether to trust the project's code, unless --trust-code says so.
    """
    from loop.project import opened as open_project

    ask = ask_about_code if is_interactive() else None
    trust_code = bool(ctx.find_root().params.get("trust_code"))
    with open_project(
        paths or paths_of(ctx),
        ask=ask,
        trust_code=trust_code,
        runs_code=runs_code,
        writes=writes,
        heard=heard or say_finished,
    ) as project:
        yield project


def say_finished(erased: ErasedReport) -> None:
    """Print that an interrupted erasure was completed."""
    say(f"Erased {counted(erased.texts, 'text')}, completing an interrupted `loop erase`.", err=True)


def ask_about_code(files: Sequence[Path]) -> bool:
    """Ask whether to trust these files."""
    say("This project runs its own code, which can do whatever you can:")
    for file in files:
        say(f"  {file}")
    return typer.confirm("Do you trust it? You will be asked again if it changes.", default=False)


def say_whose_code(model: str) -> None:
    """Warn that loading a pipeline runs code, before loading one from outside a project."""
    folder = expanded(model).resolve()
    if folder.is_dir() and not any((above / CFG_NAME).is_file() for above in folder.parents):
        say(
            f"{model} is not from a project. Loading a pipeline runs its code: use it only if you trust it.",
            err=True,
        )
