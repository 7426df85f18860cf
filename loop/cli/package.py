"""`loop package`: build an installable wheel of a pipeline."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.printing import say
from loop.cli.project import opened
from loop.errors import LoopError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loop.records import Answer
    from loop.settings import ProjectPaths
    from loop.store import RoundInfo, Store


OutArgument = Annotated[
    Path | None,
    typer.Argument(metavar="[OUT]", help="A folder for the wheel; by default models/packages.", show_default=False),
]
RoundOption = Annotated[
    int | None,
    typer.Option("--round", metavar="N", min=0, help="Package this round; by default the last.", show_default=False),
]
ModelOption = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Package this pipeline instead, such as models/final/model.")
]
NameOption = Annotated[
    str, typer.Option(metavar="NAME", help="Package name without the language; by default the project's.")
]
VersionOption = Annotated[
    str,
    typer.Option(
        metavar="V", help="Package version; by default 0.N.0 for round N, 1.0.0 for --model.", show_default=False
    ),
]


def package_cli(
    ctx: typer.Context,
    out: OutArgument = None,
    round: RoundOption = None,
    model: ModelOption = None,
    name: NameOption = "",
    version: VersionOption = "",
    licence: Annotated[str, typer.Option("--license", metavar="NAME", help="License of the package.")] = "",
) -> None:
    """Build an installable wheel of a pipeline, with its scores and counts; needs no network."""
    from loop.base.pipeline import load_base
    from loop.checkpoints.checkpoints import read_info
    from loop.final import About, build, package_name, pipeline_scores
    from loop.progress import taught
    from loop.progress.held_out_gold import gold_texts

    if model is not None and round is not None:
        raise LoopError("--round and --model cannot be combined.", hint="Drop one of them.")
    with opened(ctx) as (paths, settings, store):
        folder, answers, number = which(paths, store, round, model)
        labels = settings.project.labels
        gold = gold_texts(store, settings, paths)
        spans = taught(answers, store.journal.schemes())
        about = About(
            name=name or package_name(paths.root.resolve().name),
            version=version or (version_of(store.journal.rounds()[:number]) if number is not None else "1.0.0"),
            licence=licence,
            labels=labels,
            answers=len(answers),
            spans={label: spans.get(label, 0) for label in labels},
            scores=pipeline_scores(load_base(str(folder)), gold, labels),
            weakly=number is not None and bool(read_info(folder).weak),
        )
        code = paths.resolve(settings.project.code) if settings.project.code else None
        wheel = build(folder, out or paths.models / "packages", about, code=code)
    language, plain = wheel.name.split("-")[0].split("_", 1)
    say(f'Install it with `pip install --no-deps {shlex.quote(str(wheel))}`, then spacy.load("{language}_{plain}").')


def version_of(rounds: Sequence[RoundInfo]) -> str:
    """Return the version of the last of these rounds; a closing one is between the round before it and the next."""
    last = rounds[-1]
    before = rounds[-2].answers if len(rounds) > 1 else 0
    return f"0.{last.number - 1}.{last.answers - before}" if last.closing else f"0.{last.number}.0"


def which(
    paths: ProjectPaths, store: Store, round: int | None, model: Path | None
) -> tuple[Path, list[Answer], int | None]:
    """Return the pipeline's folder, the answers it learned from, and its round (None for `model`).

    Raises:
        LoopError: there is no such pipeline.
    """
    from loop.checkpoints.checkpoints import Checkpoints

    training = store.answers.training()
    if model is not None:
        if not (model / "meta.json").is_file():
            raise LoopError(f"There is no pipeline in {model}.", hint="`loop train` writes one to models/final/model.")
        return model, training, None
    checkpoints = Checkpoints(paths.models)
    kept = checkpoints.rounds()
    number = round if round is not None else checkpoints.in_force()
    if number not in kept or not number:
        hint = (
            f"Available: {', '.join(map(str, kept[1:]))}." if kept[1:] else "Answer questions first: `loop annotate`."
        )
        raise LoopError(f"There is no round {number} to package.", hint=hint)
    learned = checkpoints.info(number).answer_ids
    return checkpoints.path(number), [answer for answer in training if answer.id in learned], number
