"""The background work: learn from the answers, lay out the next questions, and pretrain while nothing is due."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from loop.errors import LoopError, StoreError
from loop.progress import STOPPED
from loop.settings import ProjectPaths, Settings
from loop.store import RoundInfo, Store
from loop.store.locks import ProcessLock, is_held
from loop.store.questions import EXPIRED
from loop.trainer.debounce import Pause
from loop.trainer.evaluation import Measuring
from loop.trainer.next_questions import NextQuestions
from loop.trainer.pretraining import Pretraining
from loop.trainer.rounds import Rounds

__all__ = ["Trainer", "prepare", "hold", "say_stopped"]

POLL_SECONDS = 0.2
GATHERING = "gathering changes"
# After an import hundreds of rounds may be due: who annotates meanwhile gets questions of a newer one so often.
REFRESH_SECONDS = 20.0


class Trainer:
    """Does what is due, a piece at a time; the store is its only way to the session.

    When answers that it learned from are changed, it waits until none was for `patience` seconds before it goes back;
    meanwhile it goes on with everything else.

    Attributes:
        rounds: the finished ones, and the pipeline of the last.

    Raises:
        StoreError: another trainer is at work on the project.
        PipelineError, SettingsError: it cannot begin; the store says so too.
    """

    def __init__(self, paths: ProjectPaths, settings: Settings, store: Store, *, patience: float = 0.0) -> None:
        self._store = store
        self._pause, self._since_asked = Pause(patience), Pause(REFRESH_SECONDS)
        self._said = "", 0
        self._session_lock, self._lock = paths.session_lock, ProcessLock(paths.trainer_lock)
        if not self._lock.acquire():
            raise StoreError("Another trainer is at work on this project.", hint="One is enough: leave it to it.")
        try:
            with _explained(store):
                self._say("loading the pipeline")
                self.rounds = Rounds(paths, settings, store)
                self._asking = NextQuestions(paths, settings, store)
                self._measuring = Measuring(paths, settings, store)
                self._pretraining = Pretraining(paths, settings, store)
                self._say("idle")
        except BaseException:
            self.close()
            raise
        self._seen = -1

    def run(self, stop: Callable[[], bool], on_round: Callable[[RoundInfo], None]) -> None:
        """Work until `stop()` and nothing is left to do; `on_round` hears of every round.

        Once it is to stop it waits for no pause.

        Raises:
            LoopError: it cannot go on; the store says so too.
        """
        with _explained(self._store):
            while True:
                over = stop()
                if self.work(on_round, patient=not over):
                    continue
                if over:
                    return
                if not (self.measure() or self.pretrain()):
                    time.sleep(POLL_SECONDS)

    def work(self, on_round: Callable[[RoundInfo], None] = lambda _: None, *, patient: bool = True) -> bool:
        """Do one piece of what is due, a chosen question, a round or a new queue; False when nothing is."""
        if self._asking.serve(self.rounds) or self._refresh():
            return True
        return self.learn(on_round, patient=patient) or self.ask()

    def _refresh(self) -> bool:
        """Lay out questions though a round may be due, if somebody is annotating and has had no new ones for long."""
        return self._since_asked.is_over(None) and is_held(self._session_lock) and self.ask()

    def learn(self, on_round: Callable[[RoundInfo], None] = lambda _: None, *, patient: bool = True) -> bool:
        """Do the next round; False when none is due, or only one after changes that go on."""
        seen = self._store.journal.last_seq()
        if seen == self._seen:
            return False
        training = self._store.answers.training()
        if patient and (changed := self.rounds.changed(training)) and not self._pause.is_over(changed):
            self._say(GATHERING)
            return False
        self._pause.begin()
        if self.rounds.due(training):
            self._say(f"learning round {self.rounds.number + 1}")
            finished = self.rounds.learn(training)
            self._measuring.measure(self.rounds)
            on_round(finished)
            self._say("idle")
            return True
        self._say("idle")
        self._seen = seen
        return False

    def ask(self) -> bool:
        """Read the pool and lay out a new queue; False when the one in force is fresh."""
        if not self._asking.is_stale(self.rounds.number):
            return False
        self._say("reading the pool")
        self._asking.refill(self.rounds)
        self._since_asked.begin()
        self._say("idle")
        return True

    def measure(self) -> bool:
        """Let an older round read some held-out texts and were answered since; False when all have been read."""
        return self._measuring.slice()

    def pretrain(self) -> bool:
        """Do a slice of the pretraining, of a second or so; False when there is none to do."""
        done = self._pretraining.slice(self.rounds)
        if done is None:
            return False
        self._say(f"pretraining {100 * done:.0f} %" if done < 1 else "idle")
        return True

    def close(self) -> None:
        """Let another trainer in."""
        self._lock.release()

    def _say(self, doing: str) -> None:
        said = doing, self._store.journal.round_in_force()
        if said != self._said:
            self._store.journal.set_trainer(doing, round=said[1])
            self._said = said


def hold(paths: ProjectPaths, settings: Settings, store: Store, number: int | None) -> bool:
    """Hold a round, or let rounds go on; returns whether that is done, or a trainer at work will do it."""
    store.journal.set_hold(number)
    if is_held(paths.trainer_lock):
        return False
    Trainer(paths, settings, store).close()
    return True


def say_stopped(store: Store, error: LoopError) -> None:
    """Let the session know why no trainer is at work, and the way out; the project's files by their short names."""
    words = f"{STOPPED}: {error} {error.hint}".strip().replace(f"{store.path.parent.parent}{os.sep}", "")
    store.journal.set_trainer(words, round=store.journal.round_in_force())


@contextmanager
def _explained(store: Store) -> Iterator[None]:
    """Let the store say why nothing goes on, and turn what the system refuses into an error with a way out."""
    try:
        yield
    except OSError as error:
        hint = "Check disk space and file permissions, then open the session again."
        refused = StoreError(f"The project cannot be written: {error.strerror or type(error).__name__}.", hint=hint)
        _say_why(store, refused)
        raise refused from error
    except LoopError as error:
        _say_why(store, error)
        raise
    except Exception as error:
        _say_why(store, LoopError(f"an unexpected {type(error).__name__}, see data/trainer.log."))
        raise


def _say_why(store: Store, error: LoopError) -> None:
    with suppress(StoreError):  # where nothing can be written, this cannot either
        say_stopped(store, error)


def prepare(paths: ProjectPaths, settings: Settings, store: Store) -> None:
    """Lay out the first questions of a project that has none, so that nobody waits for them.

    So it does again where they are out of date, as long as no round has been learned.

    Raises:
        PipelineError, SettingsError: the base or the strategy in loop.cfg cannot be used.
    """
    laid_out = store.questions.queue_round()
    wanted = laid_out is None or (laid_out == EXPIRED and not store.journal.rounds())
    if not wanted or is_held(paths.trainer_lock) or not store.corpus.size():
        return
    trainer = Trainer(paths, settings, store)
    try:
        trainer.ask()
    finally:
        trainer.close()
