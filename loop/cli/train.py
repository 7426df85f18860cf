"""`loop train`: train the final model with spaCy's own training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.export import ForceOption, refuse_existing
from loop.cli.printing import say
from loop.cli.project import opened
from loop.errors import LoopError
from loop.words import counted

if TYPE_CHECKING:
    from loop.final import FinalTraining, Options, TrainingStep
    from loop.final.folder import Result, Written
    from loop.store import Store

# The folders in `models/` of what is trained by default.
FINAL, DISTILLED = "final", "distilled"
# Settings of spaCy's config look like options unknown to loop.
PASSED_ON = {"ignore_unknown_options": True}


def train_cli(
    ctx: typer.Context,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[OUT] [--SECTION.KEY VALUE]...",
            help="A folder, by default models/final (--distill: models/distilled), and settings of spaCy's config.",
        ),
    ] = None,
    merge: Annotated[
        bool, typer.Option("--merge", help="Train the base's recognizer on all labels instead of adding ours.")
    ] = False,
    distill: Annotated[
        bool,
        typer.Option("--distill", help="Train a plain, fast network on the answers and what the last round predicts."),
    ] = False,
    pool_texts: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            help="With --distill: how many unanswered texts the last round labels, 3000 by default.",
            show_default=False,
        ),
    ] = None,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Use your own config for spaCy's training.")
    ] = None,
    gpu_id: Annotated[int, typer.Option(metavar="N", min=-1, help="Train on this GPU; -1 for none.")] = -1,
    no_run: Annotated[
        bool, typer.Option("--no-run", help="Only write the folder; its README says how to train.")
    ] = False,
    force: ForceOption = False,
) -> None:
    """Train the final model with `spacy train` on all answers but the held-out ones."""
    from loop.final import FinalTraining, Options, overrides_of
    from loop.final.folder import POOL_TEXTS

    if pool_texts is not None and not distill:
        raise LoopError("--pool-texts is for --distill.", hint="Add --distill, or drop it.")
    out, for_spacy = split_arguments(arguments or [])
    n = POOL_TEXTS if pool_texts is None else pool_texts
    options = Options(merge, config, overrides_of(for_spacy), gpu_id, distill, n)
    with opened(ctx) as (paths, settings, store):
        folder = Path(out) if out else paths.models / (DISTILLED if distill else FINAL)
        refuse_existing(str(folder), force=force)
        final = FinalTraining(paths, settings, store)
        written = write_folder(final, store, folder, options)
        if not no_run:
            train_folder(final, folder, written, gpu_id=gpu_id)


def write_folder(final: FinalTraining, store: Store, folder: Path, options: Options) -> Written:
    """Write the folder of a training, and say what it contains."""
    store.copies.note("training folder", folder)
    written = final.write(folder, options)
    made = written.distilled
    labelled = f", {made.labelled:,} of them labelled by round {made.round}," if made else ""
    texts = counted(written.train, "text")
    say(f"{folder} contains {texts} to train on{labelled} and {written.dev:,} to choose the best by.")
    return written


def train_folder(final: FinalTraining, folder: Path, written: Written, *, gpu_id: int = -1) -> Path:
    """Run spaCy's training in a folder, and say how good the model is; return its folder."""
    from loop.final import publish

    train_with_progress(folder, gpu_id=gpu_id)
    model = publish(folder, written.trained.component if written.trained else None)
    say(f"The {'distilled' if written.distilled else 'final'} model is in {model}.")
    for line in result_lines(final.compare(model)):
        say(line)
    return model


def split_arguments(arguments: list[str]) -> tuple[str, list[str]]:
    """Return the folder among the arguments ("" for none), and the arguments for spaCy."""
    if arguments and not arguments[0].startswith("-"):
        return arguments[0], arguments[1:]
    return "", arguments


def train_with_progress(folder: Path, *, gpu_id: int) -> None:
    """Train with a progress display; Ctrl-C stops it and leaves the folder ready to be run again."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from loop.final import TRAINING, train

    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    best = 0.0
    steps = train(folder, gpu_id=gpu_id)
    try:
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("spaCy is loading the pipeline")
            for step in steps:
                best = max(best, step.score)
                bar.update(task, description=f"epoch {step.epoch}, step {step.step:,}; best F1 on dev {best:.1f}")
                bar.console.print(step_line(step), markup=False, highlight=False)
    except KeyboardInterrupt:
        steps.close()
        say(f"Stopped. The best model so far, if any, is in {folder / TRAINING}; --force starts again.", err=True)
        raise


def result_lines(result: Result) -> list[str]:
    """Return lines that compare the final model with the last round."""
    from loop.intervals import SIGNED, between
    from loop.progress.scores import ENOUGH

    one = result.comparison
    if one is None:
        lines = ["Without held-out answers or an eval file, it cannot be compared with the last round."]
    else:
        chance = f"{between(one.interval, SIGNED)} (95 %)" if one.interval else "with no interval, from too few texts"
        texts = f"{counted(one.texts, 'text')} that neither has learned"
        each = f"last round {one.before:.1f}, final model {one.after:.1f}"
        each = each if one.gold >= ENOUGH else f"{counted(one.gold, 'span')} are too few for one number"
        lines = [f"F1 on {texts}: {each}; difference {chance}: {one.verdict}."]
    if result.others is not None:
        lines.append(f"Agreement with the last round on the base's other labels: F1 {result.others:.1f}.")
    return lines


def step_line(step: TrainingStep) -> str:
    """Return a line about a step of spaCy's training."""
    return f"epoch {step.epoch:>4}  step {step.step:>6,}  loss {step.loss:>9.2f} F1 on dev {step.score:5.1f}"
