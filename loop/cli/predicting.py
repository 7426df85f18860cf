"""`loop predict`: any pipeline over any texts, with exact probabilities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from loop.cli.corpus import FormatOption, TextFieldOption
from loop.cli.exporting import ForceOption, refuse_existing
from loop.cli.printing import counted, say

T = TypeVar("T")


def predict_cli(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="An installed pipeline, or the folder of one.")],
    source: Annotated[str, typer.Argument(metavar="IN", help="jsonl, csv, text; - reads standard input.")],
    out: Annotated[str, typer.Argument(metavar="OUT", help="A jsonl file; - writes to standard output.")],
    all_spans: Annotated[
        bool, typer.Option("--all-spans", help="Every span above 0.01, not only those of the pipeline's own reading.")
    ] = False,
    format: FormatOption = None,
    text_field: TextFieldOption = "text",
    force: ForceOption = False,
) -> None:
    """Write what a pipeline finds, each span with its exact probability; calibrated for a checkpoint of loop."""
    from loop.formats import read, write_jsonl
    from loop.intake import short_enough
    from loop.ner.checkpoints import temperatures
    from loop.ner.pipeline import base_folder, load_base
    from loop.ner.predict import predict

    refuse_existing(out, force=force)
    nlp, folder = load_base(model), base_folder(model)
    texts = (short_enough(raw).text for raw in read(source, format=format, text_field=text_field))
    rows = predict(nlp, texts, all_spans=all_spans, temperatures=temperatures(folder) if folder else {})
    written = write_jsonl(with_progress(rows, count_lines(source)), out)
    say(f"Wrote {counted(written, 'text')}.", err=True)


def with_progress(rows: Iterable[T], total: int | None) -> Iterator[T]:
    """Yield rows, and show on standard error how far that has come; without a `total`, how many there were."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = TextColumn("{task.completed:,.0f} texts"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        for row in rows:
            yield row
            bar.advance(task)


def count_lines(source: str) -> int | None:
    """Return how many lines a file has, about as many as texts; None for what is no file, such as standard input."""
    if not Path(source).is_file():
        return None
    with Path(source).open("rb") as file:
        return sum(part.count(b"\n") for part in iter(lambda: file.read(1 << 20), b""))
