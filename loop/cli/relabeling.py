"""`loop labels rename`, `merge` and `remove`: labels that change, and with them what was said before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.labels import check_labels, nobody_at_work
from loop.cli.printing import confirm, counted, say
from loop.cli.project import opened
from loop.errors import LoopError
from loop.settings import ProjectPaths, Settings, load_settings

if TYPE_CHECKING:
    from loop.store import Names, Store

LabelArgument = Annotated[str, typer.Argument(metavar="LABEL")]
NameArgument = Annotated[str, typer.Argument(metavar="NAME")]
IntoArgument = Annotated[str, typer.Argument(metavar="INTO")]


def labels_rename_cli(ctx: typer.Context, label: LabelArgument, name: NameArgument) -> None:
    """Give a label another name: in answers, models, settings and patterns; nothing is learned again."""
    with opened(ctx) as (paths, settings, store):
        if name in settings.project.labels:
            hint = f"`loop labels merge {label} {name}` makes one of the two."
            raise LoopError(f"There is a label {name} already.", hint=hint)
        change(paths, settings, store, {label: name})


def labels_merge_cli(ctx: typer.Context, label: LabelArgument, into: IntoArgument) -> None:
    """Make one label of two: what was LABEL is INTO from now on, and models are learned again."""
    with opened(ctx) as (paths, settings, store):
        known(settings, into)
        if label == into:
            raise LoopError(f"{label} cannot be merged into itself.")
        change(paths, settings, store, {label: into})


def labels_remove_cli(
    ctx: typer.Context,
    label: LabelArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Take a label away for good: its spans no longer count, and models are learned again."""
    from loop.progress import taught

    with opened(ctx) as (paths, settings, store):
        known(settings, label)
        spans = taught(store.answers.standing()).get(label, 0)
        if spans and not yes:
            confirm(f"{counted(spans, 'span')} of {label} count no longer then, nor if it is added again. Go on?")
        change(paths, settings, store, {label: None})


def known(settings: Settings, label: str) -> None:
    """See that there is such a label.

    Raises:
        LoopError: there is none.
    """
    if label not in settings.project.labels:
        raise LoopError(f"There is no label {label}.", hint=f"The labels are {', '.join(settings.project.labels)}.")


def change(paths: ProjectPaths, settings: Settings, store: Store, names: Names) -> None:
    """Change labels everywhere, and say what that means.

    Raises:
        LoopError: there is no such label, it cannot have the new name, or a session or a trainer is at work.
    """
    from loop.editing.draft import relabeled
    from loop.project import finish_relabeling
    from loop.trainer import Trainer

    for label in names:
        known(settings, label)
    now = (names.get(label, label) for label in settings.project.labels)
    labels = tuple(dict.fromkeys(label for label in now if label is not None))
    check_labels(settings, labels)
    with nobody_at_work(paths):
        store.journal.scheme(settings.project.labels)
        before = len(store.journal.rounds())
        store.relabel(labels, names, draft=relabeled)
        finish_relabeling(paths, store)
        Trainer(paths, load_settings(paths.root), store).close()  # saved rounds follow
    say(f"Labels now: {', '.join(labels)}.")
    if lost := before - len(store.journal.rounds()):
        say(f"{counted(lost, 'round')} will be learned again when `loop annotate` starts the trainer.")
