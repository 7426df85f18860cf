"""`loop annotate` and `loop trainer`: a session, and the trainer behind it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from loop.cli.completion import complete_label
from loop.cli.library_output import words_left_out
from loop.cli.printing import say
from loop.cli.project import opened, paths_of
from loop.cli.questions import questions_for
from loop.cli.status import round_line
from loop.errors import LoopError, SettingsError
from loop.files import open_private
from loop.records import NO_FOCUS, Focus
from loop.settings.login import login
from loop.settings.tables import conditions_of, focus_of, route_of
from loop.words import counted

if TYPE_CHECKING:
    from loop.session import Session
    from loop.settings import ProjectPaths, Settings
    from loop.store import Store

# The keyboard comes first: the trainer has a low priority and one core, which leaves the other to the screen. The
# screen needs only one too: numpy's threads would wait for the busy core.
TRAINER_NICENESS = 10
ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
# Seconds without a change to an earlier answer after which the annotator has finished changing.
PAUSE_SECONDS = 5.0
# A csv.py in the current folder must not shadow Python's (Python 3.11 and later).
OWN_MODULES_ONLY = {"PYTHONSAFEPATH": "1"}

AskedMode = Literal["correct", "teach", "manual"]
AnnotatorOption = Annotated[
    str, typer.Option(metavar="NAME", help="Your name; by default your login.", show_default=False)
]


def annotate_cli(
    ctx: typer.Context,
    annotator: AnnotatorOption = "",
    plain: Annotated[bool, typer.Option("--plain", help="Ask in lines of text: for screen readers and pipes.")] = False,
    mode: Annotated[
        AskedMode, typer.Option(help="All spans, one uncertain span, or no suggestions; Ctrl-T switches.")
    ] = "correct",
    label: Annotated[
        str,
        typer.Option(
            metavar="LABEL",
            help="Only texts in which this label is likely, if there are any.",
            autocompletion=complete_label,
        ),
    ] = "",
    where: Annotated[
        list[str] | None,
        typer.Option(
            metavar="META.KEY=VALUE", help="Only texts with this meta, or batch=N of one batch; several must all hold."
        ),
    ] = None,
    measure: Annotated[
        int, typer.Option(metavar="N", min=0, help="Ask only about N held-out texts, which evaluate the model.")
    ] = 0,
) -> None:
    """Annotate your texts with the keyboard while a model learns from your answers in the background."""
    # A session loads no pipeline, so it needs no code.
    with opened(ctx, runs_code=False) as (paths, settings, store):
        focus = asked_focus(where or (), label=label, measure=measure)
        name = annotator or login()
        if focus == NO_FOCUS and name in settings.routes:
            focus = settings.routes[name]
            say(f"You are asked about {', '.join(route_of(focus))} ([routes] in {paths.cfg.name}).")
        check_focus(focus, settings, store)
        annotate(paths, settings, store, name, plain=plain, mode=mode, focus=focus)


def asked_focus(where: Sequence[str], *, label: str = "", measure: int = 0) -> Focus:
    """Return the focus of a session with these options.

    Raises:
        LoopError: a condition has another form.
    """
    focus = focus_of(where, label=label, measure=measure)
    if focus is None:
        said = " ".join(f"--where {words}" for words in where)
        hint = "Write it like --where 'meta.shop=north' or --where batch=2."
        raise LoopError(f"{said} is not a condition.", hint=hint)
    return focus


def condition(words: str) -> tuple[str, str]:
    """Return the key and value of a condition such as "meta.key=value".

    Raises:
        LoopError: it has another form.
    """
    key, sign, value = words.partition("=")
    if not key.startswith("meta.") or not key.removeprefix("meta.") or not sign:
        raise LoopError(f"--where {words} is not a condition.", hint="Write it like --where 'meta.shop=north'.")
    return key.removeprefix("meta."), value


def check_focus(focus: Focus, settings: Settings, store: Store) -> None:
    """Check that a session with this filter has something to ask.

    Raises:
        LoopError: the label is unknown, no text matches, or no texts are held out.
    """
    labels, evaluated = settings.project.labels, settings.project.eval
    if focus.label and focus.label not in labels:
        raise LoopError(f"{focus.label} is not a label of this project.", hint=f"Its labels are {', '.join(labels)}.")
    if focus.measure and (evaluated is not None or not settings.queue.held_out_share):
        why = f"the scores come from {evaluated}" if evaluated is not None else "[queue] held_out_share is 0"
        raise LoopError(f"No texts are held out: {why}.", hint="Change that in loop.cfg, or drop --measure.")
    if focus.measure and focus.is_narrow:
        hint = "Evaluation needs held-out texts of all kinds: drop the filter."
        raise LoopError("--measure cannot be combined with --label or --where.", hint=hint)
    if focus.measure:
        refuse_one_side(settings, store)
    conditions = conditions_of(focus)
    if conditions and not store.corpus.sample_pool(1, Random(0), where=focus.where, batch=focus.batch):
        said = " and ".join(conditions)
        raise LoopError(
            f"No text of the pool has {said}.", hint="All conditions must hold, as in --where meta.shop=north."
        )


def refuse_one_side(settings: Settings, store: Store) -> None:
    """Check that the project can have held-out texts.

    Raises:
        LoopError: no texts are held out, because there are too few texts or groups.
    """
    from loop.progress.held_out_gold import one_sided  # with all formats: not before the first screen

    found = one_sided(store, settings)
    if found and not found.held_out:
        raise LoopError(f"{found.words[0].upper()}{found.words[1:]}.", hint=found.way_out)


def annotate(
    paths: ProjectPaths,
    settings: Settings,
    store: Store,
    annotator: str = "",
    *,
    plain: bool = False,
    mode: AskedMode = "correct",
    focus: Focus = NO_FOCUS,
) -> None:
    """Run a session in this terminal until the annotator quits, and report.

    Raises:
        LoopError: there is no terminal or no text, or another session is open.
    """
    from loop.progress import learned_again_words, unlearned
    from loop.session import Session

    if store.corpus.size() == 0:
        raise LoopError("There are no texts to ask about yet.", hint="Add some with `loop add FILE`.")
    session = Session(
        paths,
        settings,
        store,
        annotator=annotator,
        start_trainer=lambda: start_trainer(paths),
        question_for=lambda answer: next(questions_for([answer], store, settings)),
        focus=focus,
    )
    session.mode = mode
    if again := learned_again_words(store):
        say(f"Note: {again}.")
    given = run_session(session, settings, plain=plain)
    say(f"{counted(given, 'new answer')}, all saved.")
    if words := unlearned(store, settings).words:
        say(words)
    for info in store.journal.rounds()[-1:]:
        say(f"The last pipeline is in {paths.models / 'last'} ({round_line(info)}).")
    here = "" if paths.root.resolve() == Path.cwd() else f"-C {paths.root} "
    say(f"`loop {here}annotate` continues where you stopped; `loop {here}status` shows the state.")


def run_session(session: Session, settings: Settings, *, plain: bool) -> int:
    """Run a session in this terminal until the annotator quits, then close it; return the number of new answers.

    Raises:
        LoopError: there is no terminal.
    """
    from loop.terminal.run import run

    os.environ.update(ONE_CORE)  # in time: numpy is imported after the first screen
    try:
        before = session.status().answers_total
        run(session, plain=plain, mouse=settings.screen.mouse)
        return max(0, session.status().answers_total - before)  # an earlier answer may have become a skip
    finally:
        session.close()


def start_trainer(paths: ProjectPaths) -> None:
    """Start a trainer as a background process, which ends after the session."""
    # In a new process session, so that Ctrl-C or a closed terminal does not reach it.
    command = [sys.executable, "-m", "loop", "-C", str(paths.root.resolve()), "trainer", "--with-session"]
    env = os.environ | ONE_CORE | OWN_MODULES_ONLY
    log = open_private(paths.trainer_log, os.O_WRONLY | os.O_APPEND)
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
        bool, typer.Option("--with-session", help="Exit when no session is open and nothing is left to do.")
    ] = False,
) -> None:
    """Run the trainer alone: learn from answers, score the pool, prepare questions. Ctrl-C stops it."""
    from loop.project import run_code
    from loop.store.sessions import is_anybody_at_work
    from loop.trainer import Trainer

    project = opened(ctx, runs_code=False)  # asks before it runs code, so the prompt must be visible
    with _settings_that_fail_said(paths_of(ctx)), project as (paths, settings, store), words_left_out():
        if settings.project.code is not None:
            run_code(paths, settings.project.code)
        if with_session:
            os.nice(TRAINER_NICENESS)
        written = paths.cfg.stat().st_mtime_ns
        trainer = Trainer(paths, settings, store, patience=PAUSE_SECONDS)
        for folder in trainer.rounds.set_aside:
            say(f"A checkpoint was damaged: it is now {folder}, and its round is learned again.")

        def is_over() -> bool:
            # After a change of settings, a session starts another trainer.
            changed = not paths.cfg.exists() or paths.cfg.stat().st_mtime_ns != written
            return with_session and (changed or not is_anybody_at_work(paths))

        try:
            trainer.run(
                stop=is_over,
                on_round=lambda info: say(round_line(info)),
            )
        finally:
            trainer.close()


@contextmanager
def _settings_that_fail_said(paths: ProjectPaths) -> Iterator[None]:
    """Record why the trainer cannot start, for the session to show."""
    from loop.project import open_store
    from loop.trainer import say_stopped

    try:
        yield
    except SettingsError as error:
        with suppress(LoopError), open_store(paths) as store:
            say_stopped(store, error)
        raise
