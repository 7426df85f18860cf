"""`loop import` and `loop export`: answers from and for elsewhere."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.corpus import FormatOption, TextFieldOption, gold_texts, named, say_held
from loop.cli.printing import counted, say
from loop.cli.project import opened
from loop.errors import LoopError

if TYPE_CHECKING:
    from spacy.language import Language

    from loop.formats import Answered
    from loop.intake import ImportReport
    from loop.store import Store

AnnotatorOption = Annotated[
    str, typer.Option(metavar="NAME", help="Who answered, where a row names nobody; otherwise your login.")
]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace OUT if it is there.")]


def import_cli(
    ctx: typer.Context,
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="jsonl; - reads standard input.")],
    annotator: AnnotatorOption = "",
    format: FormatOption = None,
    text_field: TextFieldOption = "text",
) -> None:
    """Add answers (Prodigy's jsonl, or texts with all their spans) and the texts that they answer."""
    from loop.formats import read_all
    from loop.intake import import_answers
    from loop.ner.pipeline import load_base

    with opened(ctx) as (paths, settings, store):
        report = import_answers(
            store,
            read_all(files, format=format, text_field=text_field),
            nlp=load_base(settings.project.base),
            labels=settings.project.labels,
            annotator=annotator or getpass.getuser(),
            source=named(files),
            leave_out=gold_texts(paths, settings),
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
    if report.widened:
        say(f"Widened {counted(report.widened, 'span')} to whole tokens.")
    if report.dropped:
        say(f"Dropped {counted(report.dropped, 'span')} that overlapped a longer one then, or held only white space.")
    if report.unused:
        say(f"No answer for a whole text has {', '.join(report.unused)}: each now counts as saying there is none.")


def export_cli(
    ctx: typer.Context,
    out: Annotated[str, typer.Argument(metavar="OUT", help="A jsonl file; - writes to standard output.")],
    force: ForceOption = False,
) -> None:
    """Write the answers that stand as Prodigy's jsonl, always in the same order."""
    from loop.formats import write_prodigy
    from loop.ner.pipeline import load_base

    refuse_existing(out, force=force)
    with opened(ctx) as (_, settings, store):
        written = write_prodigy(answered(store, load_base(settings.project.base)), out)
    say(f"Wrote {counted(written, 'answer')}.", err=out == "-")


def refuse_existing(out: str, *, force: bool) -> None:
    """Refuse to write over a file, unless told to.

    Raises:
        LoopError: it is there.
    """
    if out != "-" and not force and Path(out).exists():
        raise LoopError(f"{out} is there already.", hint="Name another file, or say --force to replace it.")


def answered(store: Store, nlp: Language) -> Iterator[Answered]:
    """Yield every answer that stands with its text and tokens: by text, as they were added; then by time, then id."""
    from loop.formats import Answered

    standing = sorted(store.answers.standing(), key=lambda answer: (answer.text_id, str(answer.at), answer.id))
    texts = {text.id: text for text in store.corpus.texts(sorted({answer.text_id for answer in standing}))}
    for id_, answers in groupby(standing, key=lambda answer: answer.text_id):
        tokens = [(token.idx, token.idx + len(token)) for token in nlp.tokenizer(texts[id_].text)]
        yield from (Answered(texts[id_], answer, tokens) for answer in answers)
