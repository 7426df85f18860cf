"""`loop labels`: list, add, rename, merge and remove a project's labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.init import split_labels
from loop.cli.printing import confirm, say
from loop.cli.project import opened
from loop.errors import LoopError
from loop.settings import ProjectPaths, Settings, load_settings
from loop.words import counted

if TYPE_CHECKING:
    from loop.records import Answer
    from loop.store import Names, Naming, Store

LabelArgument = Annotated[str, typer.Argument(metavar="LABEL")]
NameArgument = Annotated[str, typer.Argument(metavar="NAME")]
IntoArgument = Annotated[str, typer.Argument(metavar="INTO")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

labels_app = typer.Typer(no_args_is_help=True, help="List and change the project's labels.")


def labels_list_cli(ctx: typer.Context) -> None:
    """List the labels with the number of annotated spans."""
    from loop.progress import taught

    with opened(ctx, writes=False) as (_, settings, store):
        spans = taught(store.answers.training(), store.journal.schemes())
    for label in settings.project.labels:
        say(f"{label}  {counted(spans.get(label, 0), 'span')}")


def labels_add_cli(
    ctx: typer.Context,
    labels: Annotated[
        list[str], typer.Argument(metavar="LABEL...", help="Labels in this order; commas may separate them.")
    ],
) -> None:
    """Add labels; texts already answered that may contain one are asked about again."""
    from loop.base.pipeline import adopted
    from loop.project import add_labels

    labels = [name for part in labels for name in split_labels(part)]
    with opened(ctx) as (paths, settings, store):
        now = add_labels(paths, settings, store, labels)
        answers = sum(answer.trains and answer.complete for answer in store.answers.standing())
        rounds = len(store.journal.rounds())
    say(f"Labels now: {', '.join(now)}.")
    if answers:
        say(f"{counted(answers, 'earlier answer')} will be asked about again where the model predicts one.")
    if rounds and adopted(settings.project.base, labels):
        say(f"The base knows {', '.join(adopted(settings.project.base, labels))}: the project's rounds are trained")
        say(f"again from there ({counted(rounds, 'round')}) when `loop annotate` starts the trainer.")


def labels_rename_cli(ctx: typer.Context, label: LabelArgument, name: NameArgument) -> None:
    """Rename a label in answers, models, settings and patterns; nothing is trained again."""
    with opened(ctx) as (paths, settings, store):
        if name in settings.project.labels:
            hint = f"`loop labels merge {label} {name}` merges the two."
            raise LoopError(f"There is already a label {name}.", hint=hint)
        change_labels(paths, settings, store, {label: name})


def labels_merge_cli(ctx: typer.Context, label: LabelArgument, into: IntoArgument, yes: YesOption = False) -> None:
    """Merge LABEL into INTO; models are trained again."""
    from loop.project import check_known

    with opened(ctx) as (paths, settings, store):
        for one in (label, into):
            check_known(settings, one)
        if label == into:
            raise LoopError(f"{label} cannot be merged into itself.")
        store.journal.scheme(settings.project.labels)
        if effects := effects_of_merging(store, label, into):
            for line in effects:
                say(line)
            if not yes:
                confirm("Go on?")
        change_labels(paths, settings, store, {label: into})


def effects_of_merging(store: Store, label: str, into: str) -> list[str]:
    """Return sentences about the effects on answers; empty if there are none."""
    from loop.progress import taught

    answers, naming = store.answers.standing(), store.journal.naming()
    spans, after = taught(answers, naming.complete_for).get(label, 0), naming.after({label: into})
    whole = [answer for answer in answers if answer.complete and answer.verdict == "accept"]
    half = [one for one in whole if into not in after.known(one.scheme) and _is_asked(naming, one, label, into)]
    effects = [f"{counted(spans, 'span')} of {label} will become {into}."] if spans else []
    if half:
        effects.append(
            f"{counted(len(half), 'answer')} covered only one of the two. Their spans stay; whether those texts "
            f"contain more {into} is unknown until they are asked about again."
        )
        if not spans:
            effects.append(f"{label} has no span: `loop labels remove {label}` removes it and changes nothing else.")
    return effects


def _is_asked(naming: Naming, answer: Answer, label: str, into: str) -> bool:
    return bool({label, into}.intersection(naming.known(answer.scheme)))


def labels_remove_cli(ctx: typer.Context, label: LabelArgument, yes: YesOption = False) -> None:
    """Remove a label permanently: its spans no longer count, and models are trained again."""
    from loop.progress import taught
    from loop.project import check_known

    with opened(ctx) as (paths, settings, store):
        check_known(settings, label)
        spans = taught(store.answers.standing(), store.journal.schemes()).get(label, 0)
        if spans and not yes:
            confirm(f"{counted(spans, 'span')} of {label} will no longer count, not even if you add it again. Go on?")
        change_labels(paths, settings, store, {label: None})


def say_what_speaks_of(label: str, paths: ProjectPaths) -> None:
    """Print where the guidelines still mention a removed label."""
    from loop.project.guidelines import lines_about

    if found := lines_about(paths.guidelines, label):
        lines = ", ".join(map(str, found))
        say(f"{paths.guidelines.name} still mentions {label} in line {lines}: change it there if it means the label.")


def change_labels(paths: ProjectPaths, settings: Settings, store: Store, names: Names) -> None:
    """Change labels everywhere, and report the effects.

    Raises:
        LoopError: see `loop.project.relabel`.
    """
    from loop.project import relabel
    from loop.trainer import Trainer

    def saved_rounds_follow() -> None:
        Trainer(paths, load_settings(paths.root), store).close()

    before = len(store.journal.rounds())
    labels = relabel(paths, settings, store, names, follow=saved_rounds_follow)
    say(f"Labels now: {', '.join(labels)}.")
    for label in names:
        say_what_speaks_of(label, paths)
    if lost := before - len(store.journal.rounds()):
        say(f"{counted(lost, 'round')} will be learned again when `loop annotate` starts the trainer.")


labels_app.command("list")(labels_list_cli)
labels_app.command("add")(labels_add_cli)
labels_app.command("rename")(labels_rename_cli)
labels_app.command("merge")(labels_merge_cli)
labels_app.command("remove")(labels_remove_cli)
