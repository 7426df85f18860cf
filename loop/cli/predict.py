"""`loop predict`: run a pipeline over texts, with exact probabilities."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.export import ForceOption, refuse_existing
from loop.cli.printing import say
from loop.cli.project import say_whose_code
from loop.cli.sources import FormatOption, TextFieldOption
from loop.errors import LoopError
from loop.words import counted

if TYPE_CHECKING:
    from loop.bulk import Chunk, Job, Predicted, Unfinished


def predict_cli(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="An installed pipeline, or the folder of one.")],
    source: Annotated[
        str, typer.Argument(metavar="IN", help="A file, or a pattern such as 'notes/*.jsonl'; - reads standard input.")
    ],
    out: Annotated[
        str, typer.Argument(metavar="OUT", help="A file .jsonl, .jsonl.gz or .parquet; - writes to standard output.")
    ],
    all_spans: Annotated[
        bool, typer.Option("--all-spans", help="Write every span above 0.01, not only the pipeline's own prediction.")
    ] = False,
    workers: Annotated[int, typer.Option(metavar="N", min=1, help="Number of processes, each with one thread.")] = 1,
    ray: Annotated[
        bool, typer.Option("--ray", help="Run the workers on the Ray cluster at RAY_ADDRESS, or on a local one.")
    ] = False,
    code: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Python code that registers what MODEL needs."),
    ] = None,
    format: FormatOption = None,
    text_field: TextFieldOption = "text",
    force: ForceOption = False,
) -> None:
    """Write a pipeline's predictions, each span with its exact probability, calibrated for loop's checkpoints.

    To resume a stopped run, give the same command again.
    """
    from loop.bulk import Job, chunked
    from loop.formats import files_of, read_all, refuse_other_formats

    refuse_existing(out, force=force)
    refuse_other_formats(out)
    say_whose_code(model)
    if ray and source == "-":
        raise LoopError("A cluster cannot read standard input.", hint="Name a file that its nodes can read.")
    files, total = files_of([source]), count_texts(source)
    work = Work(Job(model, all_spans, str(code.resolve()) if code else None), files, workers, ray, format, text_field)
    chunks = chunked(read_all(files, format=format, text_field=text_field))
    if out == "-":
        texts = to_standard_output(with_progress(work.all(chunks), total))
    else:
        with resumable(work.job, out, force=force) as unfinished:
            keep(with_progress(work.rest(chunks, unfinished), total, done=unfinished.texts), unfinished)
            texts = unfinished.texts
            unfinished.finish(out)
    say(f"Wrote {counted(texts, 'text')}.", err=True)


@dataclass(frozen=True, slots=True)
class Work:
    """The files to predict, and how to run the pipeline."""

    job: Job
    files: Sequence[Path | str]
    workers: int
    ray: bool
    format: str | None
    text_field: str

    def all(self, chunks: Iterator[Chunk]) -> Iterator[Predicted]:
        """Predict every chunk of the files."""
        from loop.bulk import predicted

        return self._by_ray({}) if self.ray else predicted(self.job, chunks, workers=self.workers)

    def rest(self, chunks: Iterator[Chunk], unfinished: Unfinished) -> Iterator[Predicted]:
        """Predict the unfinished chunks."""
        if self.ray:
            return self._by_ray(unfinished.finished_chunks(chunks))
        return self.all(unfinished.rest(chunks))

    def _by_ray(self, skip: Mapping[str, int]) -> Iterator[Predicted]:
        from loop.bulk import predicted_by_ray

        return predicted_by_ray(
            self.job, self.files, actors=self.workers, skip=skip, format=self.format, text_field=self.text_field
        )


@contextmanager
def resumable(job: Job, out: str, *, force: bool) -> Iterator[Unfinished]:
    """The output of earlier runs; if the block fails, the output stays and a message says how to resume."""
    from loop.bulk import Unfinished
    from loop.formats import is_remote

    local = Path(out.rsplit("/", 1)[-1] if is_remote(out) else out)
    unfinished = Unfinished(local.with_name(f"{local.name}.partial"), job.signature(), drop_other=force)
    if unfinished.texts:
        say(f"Resuming after {counted(unfinished.texts, 'text')} in {unfinished.folder}.", err=True)
    try:
        yield unfinished
    except BaseException:
        if unfinished.texts:
            done = counted(unfinished.texts, "text")
            say(f"Finished so far: {done}, kept in {unfinished.folder}. The same command resumes there.", err=True)
            unfinished.close()
        else:
            unfinished.drop()
        raise


def keep(predicted: Iterable[Predicted], unfinished: Unfinished) -> None:
    """Store finished chunks."""
    for chunk in predicted:
        unfinished.add(chunk)


def to_standard_output(predicted: Iterable[Predicted]) -> int:
    """Write finished chunks at once; return the number of texts."""
    texts = 0
    for chunk in predicted:
        sys.stdout.buffer.write(chunk.lines)
        sys.stdout.buffer.flush()
        texts += chunk.texts
    return texts


def with_progress(predicted: Iterable[Predicted], total: int | None, *, done: int = 0) -> Iterator[Predicted]:
    """Yield finished chunks, and show progress, speed and remaining time on a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.finished_speed or task.speed or 0:,.0f} texts/s")

    console = Console(stderr=True)
    columns = TextColumn("{task.completed:,.0f} texts"), BarColumn(), Rate(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=total, completed=done)
        for chunk in predicted:
            yield chunk
            bar.advance(task, chunk.texts)


def count_texts(source: str) -> int | None:
    """Return roughly how many texts a file has; None if counting takes long."""
    from loop.formats import told_by_name
    from loop.formats.lines import is_packed
    from loop.formats.parquet import pyarrow

    path = Path(source)
    if not path.is_file() or is_packed(path.name):
        return None
    if told_by_name(source) == "parquet":
        try:
            return int(pyarrow()[1].read_metadata(path).num_rows)
        except ValueError:  # the reader reports what is wrong
            return None
    with path.open("rb") as file:
        return sum(part.count(b"\n") for part in iter(lambda: file.read(1 << 20), b""))
