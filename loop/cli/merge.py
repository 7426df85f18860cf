"""`loop merge`: bring a project that grew apart together with this one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.printing import say
from loop.cli.project import opened
from loop.words import counted

if TYPE_CHECKING:
    from loop.project import MergeReport


def merge_cli(
    ctx: typer.Context,
    other: Annotated[Path, typer.Argument(metavar="OTHER", help="The folder of the other project; it is only read.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would come, and change nothing.")] = False,
    annotators: Annotated[
        list[str] | None,
        typer.Option("--annotator", metavar="THERE=HERE", help="Bring an annotator's answers under another name."),
    ] = None,
    other_seed: Annotated[
        bool,
        typer.Option("--other-seed", help="Accept another seed; what either project holds out stays held out."),
    ] = False,
) -> None:
    """Bring the texts and answers of a project that grew apart: a copy on a laptop, a colleague's, a backup."""
    from loop.project import merge
    from loop.settings import ProjectPaths

    names = dict(annotator_names(annotators or []))
    with opened(ctx) as (paths, settings, store):
        there = ProjectPaths(other)
        report = merge(paths, settings, store, there, dry_run=dry_run, other_seed=other_seed, annotators=names)
    say_merged(report, other, dry_run=dry_run)
    for difference in report.differences:
        say(f"Not the same: {difference}.")
    for path, advice in report.files:
        say(f"Not the same: {path}; {advice}.")


def annotator_names(given: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield (name there, name here) pairs.

    Raises:
        typer.BadParameter: one of them is not a pair.
    """
    for one in given:
        there, _, here = one.partition("=")
        if not (there and here):
            raise typer.BadParameter(f"{one} is not THERE=HERE, for example ann=bea", param_hint="--annotator")
        yield there, here


def say_merged(report: MergeReport, other: Path, *, dry_run: bool) -> None:
    """Print what came, what did not, and what follows."""
    merged, answers = report.merged, report.merged.answers
    if not merged.is_new:
        say(f"{other} has nothing that is not here.")
        return
    verb = "Would bring" if dry_run else "Brought"
    say(f"{verb} {counted(answers.came, 'answer')} and {counted(merged.texts.came, 'text')} from {other}.")
    for name, n in answers.same_names.items():
        say(
            f"{name} answered {counted(n, 'text')} in both projects; the later answers count. "
            f"If these are two people, use --annotator {name}=ANOTHER."
        )
    if answers.changed_twice:
        say(f"{counted(answers.changed_twice, 'answer')} had been changed in both projects; the later changes count.")
    for n, reason in (
        (merged.erased, "erased here, with the answers to them"),
        (merged.left_out, "unanswered, and removed here"),
    ):
        if n:
            say(f"Left out {counted(n, 'text')}: {reason}.")
    if merged.removed:
        say(f"{counted(merged.removed, 'text')} removed there and unanswered here {'would go' if dry_run else 'went'}.")
    if merged.texts.regrouped:
        regrouped = counted(merged.texts.regrouped, "text")
        say(f"{regrouped} of another group there; the group from the project that added it first counts.")
    if report.rounds:
        say(f"The trainer trains the last {counted(report.rounds, 'round')} again, with all answers.")
    if report.before is not None:
        say(f"The store as it was before: {report.before}.")
