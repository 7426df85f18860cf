"""`loop init --like`: begin a project with the settings of another, whose answers can be merged with its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from secrets import randbelow
from typing import Annotated

import typer

from loop.cli.add import add
from loop.cli.incoming import Incoming, reviewed
from loop.cli.printing import is_interactive, say
from loop.cli.project import ask_about_code, opened
from loop.cli.sources import Sources
from loop.cli.start_checks import check_start
from loop.settings import ProjectPaths, load_settings

LikeOption = Annotated[
    Path | None,
    typer.Option(
        metavar="OTHER",
        help="Take settings, guidelines and patterns from another project, with the same seed; "
        "ask about other texts. `loop merge` brings the two together.",
    ),
]


def refuse_with_like(like: Path, given: Mapping[str, object]) -> None:
    """Refuse options that say what is taken from the other project.

    Raises:
        typer.BadParameter: one of them was given.
    """
    for option, value in given.items():
        if value is not None:
            raise typer.BadParameter(f"it is taken from {like}", param_hint=f"--{option}")


def begin_like(ctx: typer.Context, paths: ProjectPaths, other: ProjectPaths, sources: Sources, *, yes: bool) -> None:
    """Create a project like another one, with its texts, all or nothing, and say so.

    Raises:
        LoopError: there is no such project, its code is not trusted, or what it starts from is not there.
    """
    from loop.project import check_trust, created_like

    settings = load_settings(other.root)
    if settings.project.code is not None:
        trust_code = bool(ctx.find_root().params.get("trust_code"))
        ask = ask_about_code if is_interactive() else None
        check_trust(other, settings.project.code, ask=ask, trust_code=trust_code)
    check_start(settings.project, other)
    incoming = Incoming(sources, settings.project.base)
    if not yes:
        incoming = reviewed(incoming)
    with created_like(paths, other, queue_seed=_another(settings.queue_seed)):
        if sources.files:
            with opened(ctx) as (_, own, store):
                add(paths, own, store, incoming)
    say(f"{paths.root.resolve()} is now a project like {other.root}: it has the same seed, and asks other questions.")
    say(f"Next: `loop {'annotate' if sources.files else 'add FILE'}`. Later: `loop merge {other.root}`.")


def _another(seed: int) -> int:
    found = randbelow(2**32)
    return found if found != seed else _another(seed)
