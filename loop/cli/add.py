"""`loop add`: add texts to the corpus."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.incoming import Incoming, reviewed, say_found
from loop.cli.printing import say
from loop.cli.project import opened
from loop.cli.remarks import say_skipped
from loop.cli.sources import (
    FilePerTextOption,
    FixEncodingOption,
    FormatOption,
    GroupOption,
    MapOption,
    NearDuplicatesOption,
    OffsetsOption,
    Sources,
    SplitOption,
    StripTagsOption,
    TextFieldOption,
    UnescapeOption,
    cleanings_of,
    label_names,
)
from loop.words import counted

if TYPE_CHECKING:
    from loop.intake import AddReport
    from loop.settings import ProjectPaths, Settings
    from loop.store import Store

YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Add without showing the first texts and asking.")]


def add_cli(
    ctx: typer.Context,
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help="Files, folders of .txt files, or patterns such as 'notes/*.jsonl'; - reads standard input.",
        ),
    ],
    split: SplitOption = "none",
    file_per_text: FilePerTextOption = False,
    unescape: UnescapeOption = False,
    strip_tags: StripTagsOption = False,
    fix_encoding: FixEncodingOption = False,
    distinct: NearDuplicatesOption = False,
    group: GroupOption = None,
    format: FormatOption = None,
    text_field: TextFieldOption = "text",
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Show the files' spans as suggestions, also in known texts.")
    ] = False,
    names: MapOption = None,
    offsets: OffsetsOption = None,
    yes: YesOption = False,
) -> None:
    """Add texts to the corpus; known ones are skipped and counted."""
    cleanings = cleanings_of(unescape, strip_tags, fix_encoding)
    sources = Sources(files, split, group, format, text_field, suggest, offsets, file_per_text, cleanings, distinct)
    with opened(ctx) as (paths, settings, store):
        sources = replace(sources, names=label_names(names or [], settings.project.labels))
        incoming = Incoming(sources, settings.project.base)
        add(paths, settings, store, incoming if yes else reviewed(incoming))


def add(paths: ProjectPaths, settings: Settings, store: Store, incoming: Incoming) -> None:
    """Add the texts of the files as one batch, all or nothing, and report, unless reviewed also what was found in them.

    In a new project it prepares the first questions too, so that the first session starts at once.
    """
    from loop.intake import Survey, add_texts
    from loop.progress.held_out_gold import reserved
    from loop.trainer import prepare

    sources, survey = incoming.sources, Survey(split=incoming.sources.split)
    report = add_texts(
        store,
        sources.read(),
        source=sources.name,
        cut=incoming.cut(),
        group_field=sources.group,
        cleanings=sources.cleanings,
        distinct=sources.distinct,
        leave_out=reserved(settings, paths),
        labels=settings.project.labels if sources.suggest else None,
        watch=iter if incoming.is_reviewed else survey.watch,
    )
    say_added(report)
    if report.added and not incoming.is_reviewed:
        say_found(survey.findings(incoming.tokenizer()), incoming, report.batch)
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
    if report.near:
        say(f"Left out {counted(report.near, 'near-duplicate')}.")
    if report.as_before:
        say(
            f"{counted(report.as_before, 'text')} of the project came in again, changed by the options; the first stay."
        )
        say("`loop status` lists the batches, `loop remove --batch N` takes one back.")
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
