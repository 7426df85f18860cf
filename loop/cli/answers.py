"""`loop import`: answers from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.corpus import FormatOption, OffsetsOption, TextFieldOption, named, say_held
from loop.cli.printing import counted, say
from loop.cli.project import opened
from loop.cli.remarks import say_remarks
from loop.settings.login import login

if TYPE_CHECKING:
    from loop.intake import ImportReport

AnnotatorOption = Annotated[
    str, typer.Option(metavar="NAME", help="Who answered, where a row names nobody; otherwise your login.")
]


def import_cli(
    ctx: typer.Context,
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Files or patterns; - reads standard input.")],
    annotator: AnnotatorOption = "",
    format: FormatOption = None,
    text_field: TextFieldOption = "text",
    offsets: OffsetsOption = None,
    replacing: Annotated[
        bool, typer.Option("--replace", help="Let them take the place of other answers of the same annotators.")
    ] = False,
) -> None:
    """Add answers, or texts with all their spans, and the texts that they answer."""
    from loop.formats import read_all
    from loop.intake import import_answers
    from loop.ner.pipeline import load_base
    from loop.progress.gold import reserved

    with opened(ctx) as (paths, settings, store):
        store.journal.settings(settings.weights_digest(), settings.weights())
        report = import_answers(
            store,
            read_all(files, format=format, text_field=text_field, offsets=offsets),
            nlp=load_base(settings.project.base),
            labels=settings.project.labels,
            annotator=annotator or login(),
            source=named(files),
            leave_out=reserved(settings, paths),
            replacing=replacing,
        )
    say_imported(report)


def say_imported(report: ImportReport) -> None:
    """Print what became of the answers."""
    say(f"Imported {counted(report.answers, 'answer')} and {counted(report.added, 'new text')}.")
    if report.known:
        say(f"Left out, since known already: {counted(report.known, 'answer')}.")
    say_held(report.held)
    if report.blank:
        say(f"Left out {counted(report.blank, 'row')} without text.")
    say_remarks(report.remarks)
    if report.unused:
        say(f"No answer for a whole text has {', '.join(report.unused)}: each now counts as saying there is none.")
