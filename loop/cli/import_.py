"""`loop import`: add answers from files."""

from __future__ import annotations

from typing import Annotated

import typer

from loop.cli.import_plan import say_plan
from loop.cli.printing import counted, is_interactive, say
from loop.cli.project import opened
from loop.cli.sources import FormatOption, MapOption, OffsetsOption, TextFieldOption, label_names, names_of
from loop.errors import LoopError
from loop.settings import Settings
from loop.settings.login import login

AnnotatorOption = Annotated[
    str, typer.Option(metavar="NAME", help="The annotator of rows that name none.  [default: your login]")
]
LabelsOption = Annotated[
    str | None,
    typer.Option(
        metavar="A,B",
        help="The labels the files were annotated for: all spans of these are there.  [default: of each file, "
        "those that its complete answers use]",
    ),
]


def import_cli(
    ctx: typer.Context,
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Files or patterns; - reads standard input.")],
    annotator: AnnotatorOption = "",
    format: FormatOption = None,
    text_field: TextFieldOption = "text",
    offsets: OffsetsOption = None,
    labels: LabelsOption = None,
    names: MapOption = None,
    last: Annotated[
        bool, typer.Option("--last", help="Of several answers by an annotator to a text, keep the last.")
    ] = False,
    replacing: Annotated[
        bool, typer.Option("--replace", help="Replace earlier answers of the same annotators.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would mean, and change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Add answers, or texts with gold spans, together with their texts; first say what they will mean."""
    from loop.base.pipeline import load_base
    from loop.formats import read_all
    from loop.intake import import_answers, plan_import, read_answers
    from loop.progress.held_out_gold import reserved

    with opened(ctx, writes=not dry_run) as (paths, settings, store):
        read = read_answers(
            store,
            read_all(files, format=format, text_field=text_field, offsets=offsets),
            nlp=load_base(settings.project.base),
            labels=settings.project.labels,
            annotator=annotator or login(),
            source=names_of(files),
            leave_out=reserved(settings, paths),
            last=last,
            asked=None if labels is None else asked_about(labels, settings),
            names=label_names(names or [], settings.project.labels),
        )
        plan = plan_import(store, read, labels=settings.project.labels, replacing=replacing)
        say_plan(plan, annotator="" if annotator else login())
        if dry_run:
            say("Nothing was imported: this is a dry run.")
            return
        if plan.changes_something and is_interactive() and not yes:
            confirm_import()
        store.journal.settings(settings.weights_digest(), settings.weights())
        done = import_answers(store, plan, source=names_of(files))
    say(f"Imported {counted(done.added, 'answer')} and {counted(done.batch.added, 'new text')}.")


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


def confirm_import() -> None:
    """Ask whether to import what was described.

    Raises:
        typer.Abort: the user declined.
    """
    if not typer.confirm("Import this?", default=True):
        say("Nothing was imported.")
        raise typer.Abort
