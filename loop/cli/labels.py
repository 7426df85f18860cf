"""`loop labels`: the labels of a project, listed, added, renamed, merged and removed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.init import split_labels
from loop.cli.printing import confirm, counted, say
from loop.cli.project import opened
from loop.errors import LoopError
from loop.settings import ProjectPaths, Settings, load_settings

if TYPE_CHECKING:
    from loop.records import Answer
    from loop.store import Names, Naming, Store

LabelArgument = Annotated[str, typer.Argument(metavar="LABEL")]
NameArgument = Annotated[str, typer.Argument(metavar="NAME")]
IntoArgument = Annotated[str, typer.Argument(metavar="INTO")]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

labels_app = typer.Typer(no_args_is_help=True, help="The labels that a project teaches.")


def labels_list_cli(ctx: typer.Context) -> None:
    """Show the labels in force, with the spans that answers gave them."""
    from loop.progress import taught

    with opened(ctx, writes=False) as (_, settings, store):
        spans = taught(store.answers.training(), store.journal.schemes())
    for label in settings.project.labels:
        say(f"{label}  {counted(spans.get(label, 0), 'span')}")


def labels_add_cli(
    ctx: typer.Context,
    labels: Annotated[list[str], typer.Argument(metavar="LABEL...", help="In this order; commas part them, too.")],
) -> None:
    """Add labels: earlier answers say nothing about them, and texts that may hold one are asked about again."""
    from loop.base.pipeline import adopted
    from loop.project import add_labels

    labels = [name for part in labels for name in split_labels(part)]
    with opened(ctx) as (paths, settings, store):
        now = add_labels(paths, settings, store, labels)
        answers = sum(answer.trains and answer.complete for answer in store.answers.standing())
        rounds = len(store.journal.rounds())
    say(f"Labels now: {', '.join(now)}.")
    if answers:
        say(f"{counted(answers, 'earlier answer')} will be asked about again where the model expects one.")
    if rounds and adopted(settings.project.base, labels):
        say(f"The base knows {', '.join(adopted(settings.project.base, labels))}: what the project taught is learned")
        say(f"again from there, {counted(rounds, 'round')}, when `loop annotate` starts the trainer.")


def labels_rename_cli(ctx: typer.Context, label: LabelArgument, name: NameArgument) -> None:
    """Give a label another name: in answers, models, settings and patterns; nothing is learned again."""
    with opened(ctx) as (paths, settings, store):
        if name in settings.project.labels:
            hint = f"`loop labels merge {label} {name}` makes one of the two."
            raise LoopError(f"There is a label {name} already.", hint=hint)
        change(paths, settings, store, {label: name})


def labels_merge_cli(ctx: typer.Context, label: LabelArgument, into: IntoArgument, yes: YesOption = False) -> None:
    """Make one label of two: what was LABEL is INTO from now on, and models are learned again."""
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
        change(paths, settings, store, {label: into})


def effects_of_merging(store: Store, label: str, into: str) -> list[str]:
    """Return in sentences what becomes of answers; none where nothing does."""
    from loop.progress import taught

    answers, naming = store.answers.standing(), store.journal.naming()
    spans, after = taught(answers, naming.complete_for).get(label, 0), naming.after({label: into})
    whole = [answer for answer in answers if answer.complete and answer.verdict == "accept"]
    half = [one for one in whole if into not in after.known(one.scheme) and _is_asked(naming, one, label, into)]
    effects = [f"{counted(spans, 'span')} of {label} will be {into}."] if spans else []
    if half:
        effects.append(
            f"Asked about only one of the two: {counted(len(half), 'answer')}. Their spans stay; whether there is more "
            f"{into} in those texts is unknown until they are asked again."
        )
        if not spans:
            effects.append(f"{label} has no span: `loop labels remove {label}` takes it away and changes nothing else.")
    return effects


def _is_asked(naming: Naming, answer: Answer, label: str, into: str) -> bool:
    return bool({label, into}.intersection(naming.known(answer.scheme)))


def labels_remove_cli(ctx: typer.Context, label: LabelArgument, yes: YesOption = False) -> None:
    """Take a label away for good: its spans no longer count, and models are learned again."""
    from loop.progress import taught
    from loop.project import check_known

    with opened(ctx) as (paths, settings, store):
        check_known(settings, label)
        spans = taught(store.answers.standing(), store.journal.schemes()).get(label, 0)
        if spans and not yes:
            confirm(f"{counted(spans, 'span')} of {label} count no longer then, nor if it is added again. Go on?")
        change(paths, settings, store, {label: None})


def say_what_speaks_of(label: str, paths: ProjectPaths) -> None:
    """Print where the guidelines still have a label that is gone, for whoever keeps them."""
    from loop.project.guidelines import lines_about

    if found := lines_about(paths.guidelines, label):
        lines = ", ".join(map(str, found))
        say(f"{paths.guidelines.name} still says {label}, in line {lines}: change it there if it means the label.")


def change(paths: ProjectPaths, settings: Settings, store: Store, names: Names) -> None:
    """Change labels everywhere, and say what that means.

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
