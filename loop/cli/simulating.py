"""`loop simulate` and `loop demo`: an oracle in the annotator's place, and the bundled corpus."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.annotating import AnnotatorOption, annotate
from loop.cli.printing import say
from loop.cli.starting import create_project
from loop.errors import LoopError
from loop.settings import AcquireSettings, ProjectPaths, ProjectSettings, Settings, load_settings

if TYPE_CHECKING:
    from loop.simulate import Gold, Row

DEMO_LABELS = ("BRAND", "PART", "FAULT")


def simulate_cli(
    gold: Annotated[Path, typer.Argument(help="jsonl with text and spans: what is asked, and the right answers.")],
    test: Annotated[Path, typer.Option(metavar="FILE", help="jsonl with text and spans that are never asked.")],
    base: Annotated[str, typer.Option(metavar="BASE", help="Where round 0 starts from.")] = ProjectSettings().base,
    answers: Annotated[int, typer.Option(metavar="N", min=1, help="How many answers the oracle gives.")] = 200,
    strategy: Annotated[
        str, typer.Option(metavar="NAME", help="The acquisition function.")
    ] = AcquireSettings().strategy,
    seed: Annotated[int, typer.Option(metavar="K", min=0)] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="A list of objects instead of a table.")] = False,
    save: Annotated[Path | None, typer.Option(metavar="DIR", help="Keep the last checkpoint there.")] = None,
) -> None:
    """Let an oracle answer in your place, through the same session, store and trainer; prints the learning curve."""
    if save is not None and save.exists():
        raise LoopError(f"{save} exists already.", hint="Name a new folder for the checkpoint.")
    asked, unseen = read_gold_spans(gold), read_gold_spans(test)
    labels = tuple(sorted({span.label for spans in (*asked.values(), *unseen.values()) for span in spans}))
    project = ProjectSettings(base=base, labels=labels, seed=seed)
    settings = Settings(project=project, acquire=AcquireSettings(strategy=strategy))
    with scratch() as paths:
        rows = run(paths, settings, asked, unseen, answers=answers, name=strategy, quiet=as_json)
        if save is not None:
            shutil.copytree(paths.models / "last", save)
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows], indent=1))


def demo_cli(
    auto: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Let an oracle answer N questions, without a terminal.")
    ] = None,
    folder: Annotated[
        Path, typer.Option("--dir", metavar="DIR", help="The project's folder, made when missing.")
    ] = Path("loop-demo"),
    annotator: AnnotatorOption = "",
) -> None:
    """Try it on the bundled corpus: the notes of a bicycle workshop, with brands, parts and faults."""
    with as_file(files("loop") / "demo") as corpus:
        if auto is None:
            annotate_demo(ProjectPaths(folder), corpus, annotator)
        else:
            automatic_demo(ProjectPaths(folder), corpus, auto)


def annotate_demo(paths: ProjectPaths, corpus: Path, annotator: str) -> None:
    """Open a session on the bundled corpus; the project is made on the first call and kept."""
    from loop.store import NewText, Store
    from loop.trainer import prepare

    if not paths.cfg.exists():
        make_demo_project(paths, corpus)
    settings = load_settings(paths.root)
    with Store(paths.db) as store:
        if store.corpus.size() == 0:
            texts = read_gold_spans(corpus / "pool.jsonl")
            store.corpus.add_batch((NewText(text, source="demo") for text in texts), source="the bundled corpus")
            prepare(paths, settings, store)
        annotate(paths, settings, store, annotator)


def automatic_demo(paths: ProjectPaths, corpus: Path, answers: int) -> None:
    """Let the oracle answer: once asked by doubt, in a project that stays, once at random; print both curves.

    Raises:
        LoopError: the folder is a project already.
    """
    if paths.cfg.exists():
        raise LoopError(f"{paths.root} is a project already.", hint="Name another folder with --dir.")
    asked, unseen = read_gold_spans(corpus / "pool.jsonl"), read_gold_spans(corpus / "test.jsonl")
    say(f"{len(asked)} texts to ask about, {len(unseen)} to score on, which are never asked about.")
    settings = make_demo_project(paths, corpus)
    chosen = run(paths, settings, asked, unseen, answers=answers, name="chosen by doubt")
    at_random = replace(
        settings,
        project=replace(settings.project, patterns=None, eval=None),
        acquire=replace(settings.acquire, strategy="random"),
    )
    with scratch() as other:
        drawn = run(other, at_random, asked, unseen, answers=answers, name="drawn at random")
    plot({"chosen by doubt": chosen, "drawn at random": drawn})
    say(f"The project is in {paths.root}, its last pipeline in {paths.models / 'last'}.")


def make_demo_project(paths: ProjectPaths, corpus: Path) -> Settings:
    """Make a project on the bundled corpus, without its texts."""
    create_project(
        paths, settings := Settings(ProjectSettings(labels=DEMO_LABELS, patterns="patterns.jsonl", eval="test.jsonl"))
    )
    for name in ("guidelines.md", "patterns.jsonl", "test.jsonl"):
        shutil.copyfile(corpus / name, paths.root / name)
    return settings


def read_gold_spans(path: Path) -> Gold:
    """Return the texts of a gold file with their spans."""
    from loop.formats import read_gold

    return {raw.text: raw.spans or () for raw in read_gold(path)}


def run(
    paths: ProjectPaths, settings: Settings, gold: Gold, test: Gold, *, answers: int, name: str, quiet: bool = False
) -> list[Row]:
    """Simulate, and print every row as it comes."""
    from loop.simulate import simulate

    rows = []
    if not quiet:
        say(f"{name}:")
        say("answers  tokens      P      R      F")
    for row in simulate(paths, settings, gold, test, answers=answers):
        rows.append(row)
        if not quiet:
            say(f"{row.answers:7,} {row.tokens:7,}  {row.p:5.1f}  {row.r:5.1f}  {row.f:5.1f}")
    return rows


def plot(curves: dict[str, Sequence[Row]]) -> None:
    """Draw F over answers, a line for each curve."""
    import plotext

    if not all(curves.values()):
        return
    for (name, rows), marker in zip(curves.items(), "*o", strict=True):
        plotext.plot([row.answers for row in rows], [row.f for row in rows], label=name, marker=marker)
    plotext.title("F on texts never asked about, over answers")
    plotext.plotsize(76, 18)
    plotext.theme("clear")
    typer.echo(plotext.build())


@contextmanager
def scratch() -> Iterator[ProjectPaths]:
    """A project folder for the time of the block."""
    with tempfile.TemporaryDirectory(prefix="loop-") as folder:
        yield ProjectPaths(Path(folder))
