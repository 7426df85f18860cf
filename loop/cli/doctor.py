"""`loop doctor`: check a project and repair it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.printing import is_interactive, say
from loop.cli.project import opened, paths_of
from loop.errors import LoopError
from loop.settings.sections import BUILTIN
from loop.words import counted

if TYPE_CHECKING:
    from loop.care.defects import Defect
    from loop.settings import ProjectPaths


def doctor_cli(
    ctx: typer.Context,
    repair: Annotated[bool, typer.Option("--repair", help="Repair without asking.")] = False,
    privacy: Annotated[
        bool, typer.Option("--privacy", help="List every file that contains text of the corpus.")
    ] = False,
) -> None:
    """Check store and checkpoints and repair what can be rebuilt; never changes answers or texts."""
    if privacy:
        list_private(ctx)
        return
    from loop.care.doctor import examine

    paths = paths_of(ctx)
    if not paths.cfg.exists():
        raise LoopError(f"{paths.root.resolve()} is not a project.", hint="Name one with -C DIR.")
    defects = 0
    left = 0
    for defect in examine(paths, opened(ctx, writes=False)):
        defects += 1
        left += not treat(paths, defect, repair=repair)
    if not defects:
        say("No problems found.")
    elif left:
        raise LoopError(
            f"{counted(left, 'problem')} left.", hint="See above; `loop doctor --repair` repairs what it can."
        )


def treat(paths: ProjectPaths, defect: Defect, *, repair: bool) -> bool:
    """Print a defect and repair it if possible and wanted; return whether it was repaired.

    Raises:
        LoopError: a session or a trainer is running.
    """
    from loop.store.locks import is_held
    from loop.store.sessions import is_anybody_at_work

    say(defect.what)
    if defect.hint:
        say(f"  {defect.hint}")
    if defect.repair is None or not (repair or (is_interactive() and typer.confirm("  Repair it?", default=True))):
        return False
    if is_anybody_at_work(paths) or is_held(paths.trainer_lock):
        raise LoopError("A session or a trainer is running.", hint="Close it before you repair anything.")
    say(f"  {defect.repair()}")
    return True


def list_private(ctx: typer.Context) -> None:
    """Print every file that contains text of the corpus, and what it is."""
    from loop.care.privacy import files_with_text

    with opened(ctx, writes=False) as (paths, settings, store):
        for private in files_with_text(paths, settings, store):
            say(f"{private.path}  {private.what}")
        vectors = settings.project.vectors
        if vectors is not None and not vectors.startswith(BUILTIN):
            say(f"{paths.models}  every checkpoint holds the words of {vectors}, as hashes that can be guessed")
