"""`loop export`: write answers to files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.completion import complete_label
from loop.cli.printing import say
from loop.cli.project import opened
from loop.errors import LoopError
from loop.files import is_special
from loop.held_out import ANOTHER_GROUP, one_group_words, unit_of
from loop.words import counted

if TYPE_CHECKING:
    from loop.formats import Answered, Part

NO_TEXT = "offsets"

ForceOption = Annotated[bool, typer.Option("--force", help="Replace OUT if it exists.")]
OutFormatOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="NAME",
        help="jsonl (Prodigy's), json, csv, tsv, txt, parquet, spacy, conll, biluo, doccano, label-studio; "
        "by default from the ending of OUT.",
    ),
]
SplitsOption = Annotated[
    str | None,
    typer.Option(metavar="80,10,10", help="Write three files, train, dev and test; a text never moves between them."),
]
AnnotatorsOption = Annotated[
    list[str] | None, typer.Option("--annotator", metavar="NAME", help="Only this annotator's answers.")
]
LabelsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--label",
        metavar="L",
        help="Only answers with a span of this label, given or suggested.",
        autocompletion=complete_label,
    ),
]
SinceOption = Annotated[str | None, typer.Option(metavar="DAY", help="Only answers from this date or time on.")]
UntilOption = Annotated[str | None, typer.Option(metavar="DAY", help="Only answers before this date or time.")]
CompleteOption = Annotated[
    bool | None, typer.Option("--complete/--partial", help="Only answers about whole texts, or about single spans.")
]
HeldOutOption = Annotated[
    bool | None, typer.Option("--held-out/--not-held-out", help="Only held-out answers, or only the others.")
]


def export_cli(
    ctx: typer.Context,
    out: Annotated[str, typer.Argument(metavar="OUT", help="A file; - writes to standard output.")],
    format: OutFormatOption = None,
    splits: SplitsOption = None,
    annotator: AnnotatorsOption = None,
    label: LabelsOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    complete: CompleteOption = None,
    held_out: HeldOutOption = None,
    no_text: Annotated[
        bool, typer.Option("--no-text", help="Only numbers, offsets and labels (jsonl), no texts.")
    ] = False,
    force: ForceOption = False,
) -> None:
    """Write the current answers to a file, always in the same order."""
    from loop.base.pipeline import load_base
    from loop.formats import Selection, read_moment
    from loop.intake import answered

    selection = Selection(
        annotators=frozenset(annotator or ()),
        labels=frozenset(label or ()),
        since=read_moment(since) if since else None,
        until=read_moment(until) if until else None,
        complete=complete,
        held_out=held_out,
    )
    if no_text and format is not None:
        raise LoopError("--no-text has its own format.", hint="Drop --format.")
    format = NO_TEXT if no_text else format
    files = outs(out, splits)
    for file in files.values():
        refuse_existing(file, force=force)
    copies = [Path(file) for file in files.values() if file != "-" and format != NO_TEXT]
    with opened(ctx, writes=bool(copies)) as (_, settings, store):
        rows = [row for row in answered(store, load_base(settings.project.base)) if selection.takes(row)]
        for copy in copies:
            store.copies.note("export", copy)
    export(rows, files, splits=splits, format=format)


def outs(out: str, splits: str | None) -> dict[Part | None, str]:
    """Return the file of each part, or a single file (part None) without splits.

    Raises:
        LoopError: splits cannot go to standard output.
    """
    from loop.formats import read_shares

    if splits is None:
        return {None: out}
    if out == "-":
        raise LoopError(
            "Splits are three files and cannot go to standard output.",
            hint="Name a file; the parts are written beside it.",
        )
    name, *endings = Path(out).name.split(".", 1)
    shares = read_shares(splits)
    return {part: str(Path(out).with_name(".".join([name, part, *endings]))) for part in shares if shares[part]}


def refuse_existing(out: str, *, force: bool) -> None:
    """Refuse to overwrite a file without `force`, and a pipe or a device in any case.

    Raises:
        LoopError: `out` exists.
    """
    if is_special(Path(out)):
        raise LoopError(f"{out} is a pipe or a device.", hint="Name a file; `-` writes to standard output.")
    from loop.formats import is_remote, is_there

    if out != "-" and not force and (is_there(out) if is_remote(out) else Path(out).exists()):
        raise LoopError(f"{out} already exists.", hint="Name another file, or replace it with --force.")


def export(
    rows: Sequence[Answered], files: Mapping[Part | None, str], *, splits: str | None, format: str | None
) -> None:
    """Write every row to the file of its part, and report the counts."""
    from loop.formats import part_of, read_shares, write

    shares = read_shares(splits) if splits else None
    units = (unit_of(row.text.group, row.text.text) for row in rows)
    if shares and (words := one_group_words(units, "answers")):
        say(f"Nothing is split: {words}. {ANOTHER_GROUP}", err=True)
    for part, file in files.items():
        own = [row for row in rows if shares is None or part_of(row.text, shares) == part]
        written = write(own, file, format=format)
        say(f"Wrote {counted(written, 'answer')}{f' to {file}' if part else ''}.", err=file == "-")
        if written < len(own):
            left = counted(len(own) - written, "answer")
            say(f"Left out, since the format cannot hold them: {left}.", err=file == "-")
