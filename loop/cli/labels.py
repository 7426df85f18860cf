"""`loop labels add`: labels that come in the middle of a project."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from loop.cli.printing import counted, say
from loop.cli.project import opened
from loop.cli.starting import split_labels
from loop.errors import LoopError
from loop.settings import ProjectPaths, Settings, label_problem
from loop.settings.writing import set_labels


def labels_add_cli(
    ctx: typer.Context,
    labels: Annotated[list[str], typer.Argument(metavar="LABEL...", help="In this order; commas part them, too.")],
) -> None:
    """Add labels: earlier answers say nothing about them, and texts that may hold one are asked about again."""
    from loop.ner.pipeline import adopted

    labels = [name for part in labels for name in split_labels(part)]
    with opened(ctx) as (paths, settings, store):
        add_labels(paths, settings, labels)
        store.journal.scheme((*settings.project.labels, *labels))
        answers = sum(answer.trains and answer.complete for answer in store.answers.standing())
        rounds = len(store.journal.rounds())
    say(f"Labels now: {', '.join((*settings.project.labels, *labels))}.")
    if answers:
        say(f"{counted(answers, 'earlier answer')} will be asked about again where the model expects one.")
    if rounds and adopted(settings.project.base, labels):
        say(f"The base knows {', '.join(adopted(settings.project.base, labels))}: what the project taught is learned")
        say(f"again from there, {counted(rounds, 'round')}, when `loop annotate` starts the trainer.")


def add_labels(paths: ProjectPaths, settings: Settings, labels: list[str]) -> None:
    """Append labels to those in loop.cfg, whose other lines stay as they are.

    Raises:
        LoopError: a session or a trainer is at work, which would go on with the old ones, or a label cannot be added.
    """
    with nobody_at_work(paths):
        wanted = (*settings.project.labels, *labels)
        check_labels(settings, wanted)
        set_labels(paths.cfg, wanted)


@contextmanager
def nobody_at_work(paths: ProjectPaths) -> Iterator[None]:
    """See that nobody goes on with the old labels: no session can be opened before the block is left.

    Raises:
        LoopError: a session or a trainer is at work.
    """
    from loop.store.locks import ProcessLock, is_held

    lock = ProcessLock(paths.session_lock)
    if is_held(paths.trainer_lock) or not lock.acquire():
        raise LoopError(
            "A session or a trainer is at work on this project.",
            hint="Close it first, or wait until the trainer is done: neither learns of new labels while it runs.",
        )
    try:
        yield
    finally:
        lock.release()


def check_labels(settings: Settings, wanted: tuple[str, ...]) -> None:
    """See that these can be the labels.

    Raises:
        LoopError: they cannot.
    """
    if problem := label_problem(wanted):
        raise LoopError(f"The list of labels {problem}", hint=f"The project has {', '.join(settings.project.labels)}.")
