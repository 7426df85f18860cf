"""The project that a command works on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

import typer

from loop.cli.printing import counted, is_interactive, say
from loop.settings import CFG_NAME, ProjectPaths
from loop.settings.paths import expanded

if TYPE_CHECKING:
    from loop.project import ErasedReport, Opened


def paths_of(ctx: typer.Context) -> ProjectPaths:
    """Return the paths of the project that -C or LOOP_PROJECT names, or else of the current folder."""
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
    """Open the project that a command works on, or the one of other `paths`; see `loop.project.opened`.

    Whether its own code is trusted is asked where somebody can be, and said by the option --trust-code.
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
    """Say that texts were erased now whose erasing had been interrupted."""
    say(f"Erased {counted(erased.texts, 'text')}: that had been interrupted, and is finished now.", err=True)


def ask_about_code(files: Sequence[Path]) -> bool:
    """Ask whether these files may be run."""
    say("This project runs code of its own, which can do whatever you can:")
    for file in files:
        say(f"  {file}")
    return typer.confirm("Do you trust it? You are asked again when it changes.", default=False)


def say_whose_code(model: str) -> None:
    """Say that loading a pipeline runs code, before one is loaded from a folder that is not a project's."""
    folder = expanded(model).resolve()
    if folder.is_dir() and not any((above / CFG_NAME).is_file() for above in folder.parents):
        say(
            f"{model} comes from outside. A pipeline runs the code that it names: use it only if you trust it.",
            err=True,
        )
