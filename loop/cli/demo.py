"""`loop demo`: annotate the bundled corpus, or let an oracle do so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.annotate import AnnotatorOption, annotate
from loop.cli.learning_curves import Table
from loop.cli.printing import say
from loop.cli.project import opened
from loop.cli.simulate import read_gold_spans
from loop.errors import LoopError
from loop.files import copy_file
from loop.settings import ProjectPaths, ProjectSettings, Settings

if TYPE_CHECKING:
    from loop.simulate import Gold, Row

DEMO_LABELS = ("BRAND", "PART", "FAULT")
DEMO_VECTORS = "builtin:en"


def demo_cli(
    ctx: typer.Context,
    auto: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Let an oracle answer N questions; needs no terminal.")
    ] = None,
    folder: Annotated[
        Path, typer.Option("--dir", metavar="DIR", help="The project's folder, created if missing.")
    ] = Path("loop-demo"),
    annotator: AnnotatorOption = "",
) -> None:
    """Try loop on the bundled corpus: notes of a bicycle workshop with brands, parts and faults."""
    from importlib.resources import as_file, files

    with as_file(files("loop") / "demo") as corpus:
        if auto is None:
            annotate_demo(ctx, ProjectPaths(folder), corpus, annotator)
        else:
            automatic_demo(ProjectPaths(folder), corpus, auto)


def annotate_demo(ctx: typer.Context, paths: ProjectPaths, corpus: Path, annotator: str) -> None:
    """Open a session on the bundled corpus; the first call creates the project."""
    from loop.store import NewText
    from loop.trainer import prepare

    if not paths.cfg.exists():
        make_demo_project(paths, corpus)
    with opened(ctx, paths) as (_, settings, store):
        if store.corpus.size() == 0:
            texts = read_gold_spans(corpus / "pool.jsonl")
            store.corpus.add_batch((NewText(text, source="demo") for text in texts), source="the bundled corpus")
            prepare(paths, settings, store)
        annotate(paths, settings, store, annotator)


def automatic_demo(paths: ProjectPaths, corpus: Path, answers: int) -> None:
    """Let the oracle answer, once by uncertainty sampling in a project that stays, once at random; print both curves.

    Raises:
        LoopError: the folder is already a project.
    """
    if paths.cfg.exists():
        raise LoopError(f"{paths.root} is already a project.", hint="Name another folder with --dir.")
    asked, unseen = read_gold_spans(corpus / "pool.jsonl"), read_gold_spans(corpus / "test.jsonl")
    say(f"{len(asked)} texts to ask about, {len(unseen)} held out for evaluation.")
    from loop.simulate import scratch

    settings = make_demo_project(paths, corpus)
    chosen = played(paths, settings, asked, unseen, answers=answers, name="chosen by uncertainty")
    at_random = replace(
        settings,
        project=replace(settings.project, patterns=None, eval=None),
        acquire=replace(settings.acquire, strategy="random"),
    )
    with scratch() as other:
        drawn = played(other, at_random, asked, unseen, answers=answers, name="drawn at random")
    plot({"chosen by uncertainty": chosen, "drawn at random": drawn})
    say(f"The project is in {paths.root}, its last pipeline in {paths.models / 'last'}.")


def make_demo_project(paths: ProjectPaths, corpus: Path) -> Settings:
    """Create the project of the bundled corpus, without its texts."""
    from loop.project import create_project

    project = ProjectSettings(labels=DEMO_LABELS, vectors=DEMO_VECTORS, patterns="patterns.jsonl", eval="test.jsonl")
    settings = Settings(project)
    create_project(paths, settings)
    for name in ("guidelines.md", "patterns.jsonl", "test.jsonl"):
        copy_file(corpus / name, paths.root / name)
    return settings


def played(paths: ProjectPaths, settings: Settings, gold: Gold, test: Gold, *, answers: int, name: str) -> list[Row]:
    """Run a simulation and print each row as it comes."""
    from loop.simulate import Scenario, simulate

    say(f"{name}:")
    table, rows = Table(), []
    for row in simulate(paths, settings, gold, test, Scenario(answers=answers)):
        table.add(row)
        rows.append(row)
    return rows


def plot(curves: dict[str, Sequence[Row]]) -> None:
    """Plot F1 over answers, one line per curve."""
    import plotext

    if not all(curves.values()):
        return
    plotext.clear_figure()  # plotext has one figure per process
    for (name, rows), marker in zip(curves.items(), "*o", strict=True):
        plotext.plot([row.answers for row in rows], [row.f1 for row in rows], label=name, marker=marker)
    plotext.title("F1 on held-out texts, over answers")
    plotext.plotsize(76, 18)
    plotext.theme("clear")
    typer.echo(plotext.build())
