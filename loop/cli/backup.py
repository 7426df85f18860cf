"""`loop backup`: copy a project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from loop.cli.printing import say
from loop.cli.project import opened


def backup_cli(
    ctx: typer.Context,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A new folder.")],
) -> None:
    """Copy a project, even while it is in use; the copy is a project too."""
    from loop.care.backup import back_up

    with opened(ctx) as (paths, settings, store):
        number = back_up(paths, settings, store, out)
    say(f"{out} is a copy of the project's present state, with the pipeline of round {number}.")
    say(f"`loop -C {out} annotate` continues from there.")
