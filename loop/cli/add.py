"""`loop add`: add texts to the corpus."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.printing import counted, is_interactive, say
from loop.cli.project import opened
from loop.cli.remarks import say_skipped
from loop.cli.sources import FormatOption, GroupOption, OffsetsOption, Sources, SplitOption, TextFieldOption

if TYPE_CHECKING:
    from loop.intake import AddReport, Cut
    from loop.settings import ProjectPaths, Settings
    from loop.store import Store

SHOWN_FIRST = 10
SHOWN_CHARACTERS = 200
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Add without showing the first texts and asking.")]


def add_cli(
    ctx: typer.Context,
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Files, or patterns such as 'notes/*.txt'; - reads standard input."),
    ],
    split: SplitOption = "none",
    group: GroupOption = None,
    format: FormatOption = None,
    text_field: TextFieldOption = "text",
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Show the files' spans as suggestions, also in known texts.")
    ] = False,
    offsets: OffsetsOption = None,
    yes: YesOption = False,
) -> None:
    """Add texts to the corpus; known ones are skipped and counted."""
    sources = Sources(files, split, group, format, text_field, suggest, offsets)
    with opened(ctx) as (paths, settings, store):
        cut = cut_for(sources, settings.project.base)
        if not yes:
            confirm_first_texts(sources, cut)
        add(paths, settings, store, sources, cut)


def cut_for(sources: Sources, base: str) -> Cut:
    """Return the function that splits the texts; loads the base for its tokens only if needed."""
    from loop.base.pipeline import load_base
    from loop.intake import cut_by, unsplit

    return unsplit if sources.split == "none" else cut_by(sources.split, load_base(base))


def confirm_first_texts(sources: Sources, cut: Cut) -> None:
    """Show the first texts to be added and ask whether to go on, if there is a terminal.

    Raises:
        typer.Abort: the user declined.
    """
    if not is_interactive() or "-" in sources.files:
        return
    for text in first_texts(sources, cut):
        say(f"  · {text[:SHOWN_CHARACTERS]}{'…' * (len(text) > SHOWN_CHARACTERS)}")
    if not typer.confirm("These are the first texts. Add all of them?", default=True):
        say("Nothing was added.")
        raise typer.Abort


def first_texts(sources: Sources, cut: Cut) -> list[str]:
    """Return the first texts of the files."""
    from loop.intake import new_texts

    return [new.text for new in islice(new_texts(sources.read(), cut=cut, group_field=sources.group), SHOWN_FIRST)]


def add(paths: ProjectPaths, settings: Settings, store: Store, sources: Sources, cut: Cut) -> None:
    """Add the texts of the files as one batch, all or nothing, and report.

    In a new project it prepares the first questions too, so that the first session starts at once.
    """
    from loop.intake import add_texts
    from loop.progress.held_out_gold import reserved
    from loop.trainer import prepare

    held = reserved(settings, paths)
    labels = settings.project.labels if sources.suggest else None
    report = add_texts(
        store, sources.read(), source=sources.name, cut=cut, group_field=sources.group, leave_out=held, labels=labels
    )
    say_added(report)
    if report.attached:
        store.questions.expire()
    if report.added or report.attached:
        prepare(paths, settings, store)


def say_added(report: AddReport) -> None:
    """Print how many texts were added, skipped and left out."""
    if report.added:
        say(f"Added {counted(report.added, 'text')} as batch {report.batch}.")
    else:
        say(f"Added {'no texts' if report.attached else 'nothing'}: all texts are already known.")
    say_skipped(report, report.duplicates if report.added else 0, "text")
    if report.annotated:
        say(f"{counted(report.annotated, 'text')} had spans or answers, which `loop import` would keep.")
    if report.suggested:
        say(f"{counted(report.suggested, 'span')} will be shown as suggestions.")
    if report.attached:
        say(f"Attached suggestions to {counted(report.attached, 'text')} of the pool.")
    if report.answered:
        say(f"Left as they are, since answered: {counted(report.answered, 'text')} with suggestions in the file.")
    if report.cut:
        say(f"Left out {counted(report.cut, 'suggestion')} that the text was cut in.")
