"""`loop annotate` and `loop trainer`: a session, and the work behind it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.printing import counted, say
from loop.cli.project import opened
from loop.cli.status import round_line
from loop.errors import LoopError

if TYPE_CHECKING:
    from loop.settings import ProjectPaths, Settings
    from loop.store import Store

# The keyboard comes first: the trainer yields to it, and takes one core, so that the other is the screen's.
TRAINER_NICENESS = 10
ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
# A csv.py in the current folder is not to be taken for Python's (from Python 3.11 on).
OWN_MODULES_ONLY = {"PYTHONSAFEPATH": "1"}

AnnotatorOption = Annotated[
    str, typer.Option(metavar="NAME", help="Who answers.  [default: your login]", show_default=False)
]


def annotate_cli(
    ctx: typer.Context,
    annotator: AnnotatorOption = "",
    plain: Annotated[
        bool, typer.Option("--plain", help="Ask in lines instead of a screen: for screen readers and pipes.")
    ] = False,
) -> None:
    """Answer questions about your texts, with the keyboard; the model learns from them in the background."""
    with opened(ctx) as (paths, settings, store):
        annotate(paths, settings, store, annotator, plain=plain)


def annotate(
    paths: ProjectPaths, settings: Settings, store: Store, annotator: str = "", *, plain: bool = False
) -> None:
    """Run a session in this terminal until the annotator quits.

    Raises:
        LoopError: there is no terminal or no text, or another session is open.
    """
    from loop import terminal
    from loop.session import Session

    if store.corpus.size() == 0:
        raise LoopError("There are no texts to ask about yet.", hint="Add some with `loop add FILE`.")
    session = Session(paths, settings, store, annotator=annotator, start_trainer=lambda: start_trainer(paths))
    try:
        before = session.status().answers_total
        terminal.run(session, plain=plain, mouse=settings.screen.mouse)
        given = session.status().answers_total - before
    finally:
        session.close()
    say(f"{counted(given, 'new answer')}, all saved.")
    for info in store.journal.rounds()[-1:]:
        say(f"The last pipeline is in {paths.models / 'last'} ({round_line(info)}).")
    here = "" if paths.root.resolve() == Path.cwd() else f"-C {paths.root} "
    say(f"`loop {here}annotate` goes on where you were; `loop {here}status` says how it stands.")


def start_trainer(paths: ProjectPaths) -> None:
    """Start the background work as a process of its own, which ends after the session has."""
    # A session of its own: Ctrl-C and a closed terminal are for the annotator's side only.
    command = [sys.executable, "-m", "loop", "-C", str(paths.root.resolve()), "trainer", "--with-session"]
    env = os.environ | ONE_CORE | OWN_MODULES_ONLY
    log = os.open(paths.trainer_log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=env,
        )
    finally:
        os.close(log)


def trainer_cli(
    ctx: typer.Context,
    with_session: Annotated[
        bool, typer.Option("--with-session", help="End when no session is open and nothing is left to do.")
    ] = False,
) -> None:
    """Do the background work alone: learn from answers, read the pool, lay out questions; Ctrl-C ends it."""
    from loop.store.locks import is_held
    from loop.trainer import Trainer

    with opened(ctx) as (paths, settings, store):
        if with_session:
            os.nice(TRAINER_NICENESS)
        written = paths.cfg.stat().st_mtime_ns
        trainer = Trainer(paths, settings, store)

        def is_over() -> bool:
            # With other settings a session starts another trainer.
            changed = not paths.cfg.exists() or paths.cfg.stat().st_mtime_ns != written
            return with_session and (changed or not is_held(paths.session_lock))

        try:
            trainer.run(
                stop=is_over,
                on_round=lambda info: say(round_line(info)),
            )
        finally:
            trainer.close()
