"""`loop remove`: remove a batch of texts."""

from __future__ import annotations

from typing import Annotated

import typer

from loop.cli.printing import say
from loop.cli.project import opened
from loop.words import counted


def remove_cli(
    ctx: typer.Context,
    batch: Annotated[int, typer.Option(metavar="N", min=1, max=2**31, help="Its number; `loop status` lists them.")],
) -> None:
    """Remove a batch of texts; answered ones stay."""
    with opened(ctx) as (_, _settings, store):
        removed, kept = store.corpus.remove_batch(batch)
    say(f"Removed {counted(removed, 'text')} of batch {batch}.")
    if kept:
        say(f"Kept, since answered: {counted(kept, 'text')}.")
