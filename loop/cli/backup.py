"""`loop backup`: a copy of a project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from loop.cli.printing import say
from loop.cli.project import opened


def backup_cli(
    ctx: typer.Context,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A folder that is not there yet.")],
) -> None:
    """Copy a project while others work on it; the copy is a project itself."""
    from loop.care.backup import back_up

    with opened(ctx) as (paths, settings, store):
        number = back_up(paths, settings, store, out)
    say(f"{out} is a copy of the project as it was now, with the pipeline of round {number}.")
    say(f"`loop -C {out} annotate` goes on from there.")
