"""`loop doctor`, `loop backup` and `loop erase`: a project looked after."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.printing import confirm, counted, is_interactive, say
from loop.cli.project import opened, paths_of, say_finished
from loop.errors import LoopError

if TYPE_CHECKING:
    from loop.care.erasing import Left
    from loop.care.findings import Finding
    from loop.project import ErasedReport
    from loop.records import Text
    from loop.settings import ProjectPaths
    from loop.store import Store


def doctor_cli(
    ctx: typer.Context,
    repair: Annotated[bool, typer.Option("--repair", help="Repair what can be repaired, without asking.")] = False,
    privacy: Annotated[bool, typer.Option("--privacy", help="List every file that holds text of the corpus.")] = False,
) -> None:
    """Check store and checkpoints, and repair what can be derived again; answers and texts are never changed."""
    if privacy:
        list_private(ctx)
        return
    from loop.care.doctor import examine

    paths = paths_of(ctx)
    if not paths.cfg.exists():
        raise LoopError(f"{paths.root.resolve()} is no project.", hint="Name one with -C DIR.")
    findings = 0
    left = 0
    for finding in examine(paths, opened(ctx, writes=False)):
        findings += 1
        left += not treat(paths, finding, repair=repair)
    if not findings:
        say("Nothing is wrong.")
    elif left:
        raise LoopError(
            f"{counted(left, 'problem')} left.", hint="See above; `loop doctor --repair` repairs what it can."
        )


def treat(paths: ProjectPaths, finding: Finding, *, repair: bool) -> bool:
    """Print a finding, and repair it if that can be done and is wanted; tell whether it was.

    Raises:
        LoopError: a session or a trainer is at work, which would be in the way.
    """
    from loop.store.locks import is_held

    say(finding.what)
    if finding.hint:
        say(f"  {finding.hint}")
    if finding.repair is None or not (repair or (is_interactive() and typer.confirm("  Repair it?", default=True))):
        return False
    if is_held(paths.session_lock) or is_held(paths.trainer_lock):
        raise LoopError("A session or a trainer is at work.", hint="Close it before you repair anything.")
    say(f"  {finding.repair()}")
    return True


def list_private(ctx: typer.Context) -> None:
    """Print every file that holds text of the corpus, and what it is."""
    from loop.care.privacy import files_with_text

    with opened(ctx, writes=False) as (paths, settings, store):
        for private in files_with_text(paths, settings, store):
            say(f"{private.path}  {private.what}")


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


def erase_cli(
    ctx: typer.Context,
    ids: Annotated[list[int] | None, typer.Argument(metavar="[ID]...", help="Numbers of texts.")] = None,
    where: Annotated[
        list[str] | None, typer.Option(metavar="META.KEY=VALUE", help="Texts whose meta says so; several: all.")
    ] = None,
    containing: Annotated[str, typer.Option(metavar="WORDS", help="Texts that contain this.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Erase texts for good, with their answers; what learned from them is learned again without them."""
    from loop.care.erasing import left_of
    from loop.project import erase

    finished: list[ErasedReport] = []
    with opened(ctx, heard=finished.append) as (paths, settings, store):
        for one in finished:
            say_finished(one)
        if finished and not named(store, ids or [], where or [], containing):
            return
        texts = chosen(store, ids or [], where or [], containing)
        said = sum(answer.text_id in {text.id for text in texts} for answer in store.answers.all())
        if not yes:
            what = f"{counted(len(texts), 'text')} and {counted(said, 'answer')}"
            confirm(f"Erase {what} for good? Nothing brings them back.")
        report = erase(paths, settings, store, texts)
        left = left_of(texts, paths, store)
    say_erased(report, left)


def chosen(store: Store, ids: list[int], where: list[str], containing: str) -> list[Text]:
    """Return the texts that are meant.

    Raises:
        LoopError: none was named, or there is none.
    """
    texts = named(store, ids, where, containing)
    if len(texts) < max(1, len(set(ids))):
        raise LoopError("There is no such text.", hint="`loop export --no-text` gives the numbers of answered texts.")
    return texts


def named(store: Store, ids: list[int], where: list[str], containing: str) -> list[Text]:
    """Return the texts with these numbers, or that meet the conditions, or that contain the words.

    Raises:
        LoopError: none of the three was given, or several.
    """
    from loop.cli.annotating import condition

    if bool(ids) + bool(where) + bool(containing) != 1:
        raise LoopError("Say which texts: by number, with --where, or with --containing.")
    if ids:
        return store.corpus.texts(ids)
    if where:
        return store.corpus.matching([condition(one) for one in where])
    return store.corpus.containing(containing, limit=store.corpus.size())


def say_erased(report: ErasedReport, left: Left) -> None:
    """Print what went, and what is left to do by hand."""
    say(f"Erased {counted(report.texts, 'text')} and {counted(report.answers, 'answer')}.")
    if report.rounds:
        say(f"{counted(report.rounds, 'round')} had learned from them: the trainer learns anew, without them.")
    if report.patterns:
        say(f"Erased {counted(report.patterns, 'pattern')} whose words stood nowhere else.")
    for path in left.files:
        say(f"Still in {path}: take it out there by hand.")
    for copy in left.copies:
        say(f"May hold them still: {copy.path}, the {copy.what} of {copy.at[:10]}.")
