"""List imports, and take one back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

import typer

from loop.cli.printing import is_interactive, say
from loop.terminal.columns import aligned
from loop.words import counted

if TYPE_CHECKING:
    from loop.project import Opened
    from loop.store import ImportInfo, Store, Undoing


def list_imports(store: Store) -> None:
    """Print all imports with their numbers."""
    every = store.imports.all()
    if not every:
        say("There are no imports. Those by earlier versions were not recorded.")
        return
    rows = [(str(one.number), _moment(one), f"{one.answers:,}", f"{one.texts:,}", _files(one)) for one in every]
    for line in aligned([("", "time", "answers", "new texts", "files"), *rows], left=(1, 4)):
        say(line)


def undo_import(project: Opened, name: str, *, dry_run: bool, yes: bool) -> None:
    """Say what taking back an import means, ask if there is a terminal, and do it; the saved rounds follow.

    Args:
        project: the project.
        name: the import's number or files; "" for the last one.
        dry_run: say it, and change nothing.
        yes: do not ask.

    Raises:
        StoreError: there is no such import, or it was taken back already.
        typer.Abort: the user declined.
    """
    store = project.store
    undoing = store.imports.undoing(name)
    rounds = rounds_with(store, {answer.id for answer in undoing.answers})
    say_undoing(undoing, rounds)
    if dry_run:
        say("Nothing was taken back: this is a dry run.")
        return
    if is_interactive() and not yes:
        typer.confirm("Take it back?", default=True, abort=True)
    done = store.imports.undo(str(undoing.info.number))
    say(f"Took back {counted(len(done.answers), 'answer')} and {counted(len(done.texts), 'text')}.")
    follow(project, rounds)


def say_undoing(undoing: Undoing, rounds: int) -> None:
    """Print which answers and texts go, which stay, and how many rounds learned from them."""
    info = undoing.info
    say(f"Import {info.number}, {_moment(info)}: {_files(info)}")
    say(f"This takes back {counted(len(undoing.answers), 'answer')} and {counted(len(undoing.texts), 'text')}.")
    for annotator, n in sorted(undoing.changed.items()):
        say(f"{counted(n, 'answer')} changed since by {annotator} will stay.")
    if undoing.staying:
        say(f"{counted(undoing.staying, 'text')} will stay, answered or begun by somebody since.")
    if rounds:
        say(f"{counted(rounds, 'round')} learned from these answers; they are trained again without them.")


def rounds_with(store: Store, answers: Collection[str]) -> int:
    """Return how many rounds learned from some of these answers, or start from a round that did."""
    training = store.answers.training()
    first = next((n for n, answer in enumerate(training) if answer.id in answers), None)
    return 0 if first is None else sum(info.answers > first for info in store.journal.rounds())


def follow(project: Opened, rounds: int) -> None:
    """Go back to the last round without the answers, unless a running trainer will; renew the first questions."""
    from loop.store.locks import is_held  # with SQLAlchemy: not for `--help`
    from loop.trainer import Trainer, prepare

    if rounds and not is_held(project.paths.trainer_lock):
        Trainer(*project).close()
    prepare(*project)


def _moment(info: ImportInfo) -> str:
    return datetime.fromisoformat(info.at).astimezone().strftime("%Y-%m-%d %H:%M")


def _files(info: ImportInfo) -> str:
    return f"{info.source or '(erased)'}{' (taken back)' if info.is_undone else ''}"
