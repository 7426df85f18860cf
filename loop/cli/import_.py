"""`loop import`: add answers from files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.printing import counted, is_interactive, say
from loop.cli.project import opened
from loop.cli.remarks import say_skipped
from loop.cli.sources import FormatOption, OffsetsOption, TextFieldOption, names_of
from loop.errors import LoopError
from loop.settings.login import login

if TYPE_CHECKING:
    from loop.intake import ImportReport
    from loop.settings import Settings

AnnotatorOption = Annotated[
    str, typer.Option(metavar="NAME", help="The annotator of rows that name none.  [default: your login]")
]


def import_cli(
    ctx: typer.Context,
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Files or patterns; - reads standard input.")],
    annotator: AnnotatorOption = "",
    format: FormatOption = None,
    text_field: TextFieldOption = "text",
    offsets: OffsetsOption = None,
    labels: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="The labels the files were annotated for, if not all."),
    ] = None,
    last: Annotated[
        bool, typer.Option("--last", help="Of several answers by an annotator to a text, keep the last.")
    ] = False,
    replacing: Annotated[
        bool, typer.Option("--replace", help="Replace earlier answers of the same annotators.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Add answers, or texts with gold spans, together with their texts."""
    from loop.base.pipeline import load_base
    from loop.formats import read_all
    from loop.intake import import_answers
    from loop.progress.held_out_gold import reserved

    with opened(ctx) as (paths, settings, store):
        store.journal.settings(settings.weights_digest(), settings.weights())
        report = import_answers(
            store,
            read_all(files, format=format, text_field=text_field, offsets=offsets),
            nlp=load_base(settings.project.base),
            labels=settings.project.labels,
            annotator=annotator or login(),
            source=names_of(files),
            leave_out=reserved(settings, paths),
            replacing=replacing,
            last=last,
            asked=None if labels is None else asked_about(labels, settings),
            hear_unused=partial(confirm_unused, settings=settings, yes=yes),
        )
    say_imported(report)


def asked_about(typed: str, settings: Settings) -> list[str]:
    """Return the labels given with --labels.

    Raises:
        LoopError: the project lacks one of them.
    """
    asked = [label.strip() for label in typed.split(",")]
    if unknown := [label for label in asked if label not in settings.project.labels]:
        hint = f"The labels are {', '.join(settings.project.labels)}."
        raise LoopError(f"There is no label {', '.join(unknown)}.", hint=hint)
    return asked


def confirm_unused(unused: Sequence[str], *, settings: Settings, yes: bool) -> None:
    """Warn of labels that no answer uses, before anything is imported, and ask whether to go on, if interactive.

    Raises:
        typer.Abort: the user declined.
    """
    used = [label for label in settings.project.labels if label not in unused]
    say(f"No complete answer contains {', '.join(unused)}: these texts would count as containing none.", err=True)
    if used:
        say(f"If the files were annotated for {', '.join(used)} only, pass --labels {','.join(used)}.", err=True)
    if is_interactive() and not yes and not typer.confirm("Import them as they are?", default=True):
        say("Nothing was imported.")
        raise typer.Abort


def say_imported(report: ImportReport) -> None:
    """Print how many answers were added, skipped and left out."""
    say(f"Imported {counted(report.answers, 'answer')} and {counted(report.added, 'new text')}.")
    say_skipped(report, report.known, "answer")
