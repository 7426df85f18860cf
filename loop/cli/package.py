"""`loop package`: build an installable wheel of a pipeline."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.printing import say
from loop.cli.project import opened
from loop.cli.train import DISTILLED
from loop.errors import LoopError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loop.records import Answer
    from loop.settings import ProjectPaths, Settings
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
DistillOption = Annotated[
    bool,
    typer.Option(
        "--distill",
        help="Package the last round's distilled model; trains it if `loop train --distill` has not.",
    ),
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
    distill: DistillOption = False,
    name: NameOption = "",
    version: VersionOption = "",
    licence: Annotated[str, typer.Option("--license", metavar="NAME", help="License of the package.")] = "",
    encoder_licence: Annotated[
        str, typer.Option("--encoder-license", metavar="NAME", help="License of the encoder's files, if it has one.")
    ] = "",
) -> None:
    """Build an installable wheel of a pipeline, with its scores and counts; needs no network."""
    from loop.base.pipeline import load_base
    from loop.checkpoints.checkpoint_info import read_info
    from loop.final import About, build, package_name, pipeline_scores
    from loop.final.distilled import distilled
    from loop.final.packaging import check_about
    from loop.progress import taught
    from loop.progress.held_out_gold import gold_texts

    given = {"--round": round is not None, "--model": model is not None, "--distill": distill}
    if len(named := [option for option, is_given in given.items() if is_given]) > 1:
        raise LoopError(f"{' and '.join(named)} cannot be combined.", hint="Name one of them.")
    with opened(ctx) as (paths, settings, store):
        name = name or package_name(f"{paths.root.resolve().name}{' distilled' * distill}")
        check_about(About(name, version or "1.0.0"))  # before a training
        if distill:
            model = distilled_model(paths, settings, store)
        folder, answers, number = which(paths, store, round, model)
        made = distilled(folder)
        of = made.round if distill and made else number
        labels = settings.project.labels
        gold = gold_texts(store, settings, paths)
        spans = taught(answers, store.journal.schemes())
        about = About(
            name=name,
            version=version or (version_of(store.journal.rounds()[:of]) if of is not None else "1.0.0"),
            licence=licence,
            encoder_licence=encoder_licence,
            labels=labels,
            answers=len(answers),
            spans={label: spans.get(label, 0) for label in labels},
            scores=pipeline_scores(load_base(str(folder)), gold, labels),
            weakly=number is not None and bool(read_info(folder).weak),
            distilled=made,
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


def distilled_model(paths: ProjectPaths, settings: Settings, store: Store) -> Path:
    """Return the folder of the last round's distilled model, which is trained if there is none.

    Raises:
        LoopError: there is one of another round, or an unfinished one; or none can be trained.
    """
    from loop.cli.train import train_folder, write_folder
    from loop.final import FinalTraining, Options
    from loop.final.distilled import distilled
    from loop.final.training import MODEL

    folder, final = paths.models / DISTILLED, FinalTraining(paths, settings, store)
    if not folder.exists():
        return train_folder(final, folder, write_folder(final, store, folder, Options(distill=True)))
    made = distilled(folder / MODEL) if (folder / MODEL).is_dir() else None
    if made is None or made.weights != final.weights:
        found = f"is of round {made.round}, which is not the last" if made else "is not finished"
        hint = "Train it again: loop train --distill --force"
        also = f"; or package it all the same: --model {folder / MODEL}" if made else ""
        raise LoopError(f"The distilled model in {folder} {found}.", hint=f"{hint}{also}")
    return folder / MODEL


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
