"""`loop import`: add answers from files, or take an import back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.import_plan import say_plan
from loop.cli.import_undo import list_imports, undo_import
from loop.cli.printing import is_interactive, say
from loop.cli.project import opened
from loop.cli.sources import FormatOption, MapOption, OffsetsOption, TextFieldOption, label_names, names_of
from loop.errors import LoopError
from loop.settings import Settings
from loop.settings.login import login
from loop.words import counted

if TYPE_CHECKING:
    from loop.intake import ImportPlan
    from loop.project import Opened

FilesArgument = Annotated[
    list[str] | None, typer.Argument(metavar="FILE...", help="Files or patterns; - reads standard input.")
]
AnnotatorOption = Annotated[
    str, typer.Option(metavar="NAME", help="The annotator of rows that name none; by default, your login.")
]
LabelsOption = Annotated[
    str | None,
    typer.Option(
        metavar="A,B",
        help="The labels that the files were annotated for, all spans of them; by default, of each file those that "
        "its complete answers use.",
    ),
]
LastOption = Annotated[
    bool, typer.Option("--last", help="Of several answers by an annotator to a text, keep the last.")
]
ReplaceOption = Annotated[bool, typer.Option("--replace", help="Replace earlier answers of the same annotators.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what it would mean, and change nothing.")]
UndoOption = Annotated[
    bool, typer.Option("--undo", help="Take back the last import, or the one with this number, or of these FILEs.")
]
ListOption = Annotated[bool, typer.Option("--list", help="List the imports with their numbers.")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@dataclass(frozen=True, slots=True)
class Importing:
    """The files to import, and how; see the options."""

    files: Sequence[str]
    annotator: str
    format: str | None
    text_field: str
    offsets: str | None
    labels: str | None
    names: Sequence[str]
    last: bool
    replacing: bool

    def plan(self, project: Opened) -> ImportPlan:
        """Read the files, and find out what importing them means."""
        from loop.base.pipeline import load_base
        from loop.formats import read_all
        from loop.intake import plan_import, read_answers
        from loop.progress.held_out_gold import reserved

        paths, settings, store = project
        labels = settings.project.labels
        read = read_answers(
            store,
            read_all(self.files, format=self.format, text_field=self.text_field, offsets=self.offsets),
            nlp=load_base(settings.project.base),
            labels=labels,
            annotator=self.annotator or login(),
            source=names_of(self.files),
            leave_out=reserved(settings, paths),
            last=self.last,
            asked=None if self.labels is None else asked_about(self.labels, settings),
            names=label_names(self.names, labels),
        )
        return plan_import(store, read, labels=labels, replacing=self.replacing)


def import_cli(
    ctx: typer.Context,
    files: FilesArgument = None,
    annotator: AnnotatorOption = "",
    format: FormatOption = None,
    text_field: TextFieldOption = "text",
    offsets: OffsetsOption = None,
    labels: LabelsOption = None,
    names: MapOption = None,
    last: LastOption = False,
    replacing: ReplaceOption = False,
    dry_run: DryRunOption = False,
    undo: UndoOption = False,
    listing: ListOption = False,
    yes: YesOption = False,
) -> None:
    """Add answers, or texts with gold spans, together with their texts; first say what they will mean."""
    if not (files or undo or listing):
        raise typer.BadParameter("name a file to import", param_hint="FILE")
    how = Importing(files or [], annotator, format, text_field, offsets, labels, names or [], last, replacing)
    with opened(ctx, writes=not (listing or dry_run)) as project:
        if listing:
            list_imports(project.store)
        elif undo:
            undo_import(project, names_of(how.files), dry_run=dry_run, yes=yes)
        else:
            import_files(project, how, dry_run=dry_run, yes=yes)


def import_files(project: Opened, how: Importing, *, dry_run: bool, yes: bool) -> None:
    """Say what importing the files will mean, ask if there is a terminal, and do it.

    Args:
        project: to import into.
        how: the files.
        dry_run: say it, and change nothing.
        yes: do not ask.

    Raises:
        typer.Abort: the user declined.
    """
    from loop.intake import import_answers

    plan = how.plan(project)
    say_plan(plan, annotator="" if how.annotator else login())
    if dry_run:
        say("Nothing was imported: this is a dry run.")
        return
    asks = plan.changes_something and is_interactive() and not yes
    if asks and not typer.confirm("Import this?", default=True):
        say("Nothing was imported.")
        raise typer.Abort
    project.store.journal.settings(project.settings.weights_digest(), project.settings.weights())
    done = import_answers(project.store, plan, source=names_of(how.files))
    say(f"Imported {counted(done.added, 'answer')} and {counted(done.batch.added, 'new text')}.")
    if plan.changes_something and is_interactive():
        say("`loop import --undo` takes this back.")


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
