"""The background trainer: trains rounds on the answers, builds the next queue, and pretrains when idle."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from loop.errors import LoopError, StoreError
from loop.former_names import attribute
from loop.progress import STOPPED
from loop.records import NO_FOCUS, Focus
from loop.settings import ProjectPaths, Settings
from loop.store import RoundInfo, Store
from loop.store.locks import ProcessLock, is_held
from loop.store.questions import EXPIRED
from loop.store.sessions import at_work, is_anybody_at_work
from loop.trainer.debounce import Debounce
from loop.trainer.evaluation import Evaluation
from loop.trainer.next_questions import NextQuestions
from loop.trainer.pretraining import Pretraining
from loop.trainer.reading_ahead import ReadingAhead
from loop.trainer.robustness_check import RobustnessCheck
from loop.trainer.rounds import Rounds
from loop.trainer.suggest_pipeline import suggest_pipeline
from loop.trainer.weak_scores import WeakScores
from loop.trainer.weak_sources import WeakSources

__all__ = ["Trainer", "prepare", "pin", "say_stopped"]

POLL_SECONDS = 0.2
WAITING_FOR_CHANGES = "waiting for more changes"
# After an import hundreds of rounds may be due; an active session gets a new queue this often meanwhile.
REFRESH_SECONDS = 20.0


class Trainer:
    """Does the work that is due, one piece at a time; communicates with the session through the store only.

    Changes to answers that rounds were trained on are debounced: retraining starts after `patience` seconds without a
    further change. Other work continues meanwhile.

    Attributes:
        rounds: the finished rounds, and the current pipeline.

    Raises:
        StoreError: another trainer is running on the project.
        PipelineError, SettingsError: the trainer cannot start; the reason is also written to the store.
    """

    def __init__(self, paths: ProjectPaths, settings: Settings, store: Store, *, patience: float = 0.0) -> None:
        self._store = store
        self._changes, self._since_asked = Debounce(patience), Debounce(REFRESH_SECONDS)
        self._weak_changes = Debounce(patience)
        self._said = "", 0
        self._paths, self._lock = paths, ProcessLock(paths.trainer_lock)
        if not self._lock.acquire():
            raise StoreError("Another trainer is running on this project.", hint="One is enough: let it do the work.")
        try:
            with _explained(store):
                self._say("loading the pipeline")
                self.rounds = Rounds(paths, settings, store)
                other = suggest_pipeline(paths, settings)
                self._weak = WeakSources(paths, settings, store, other)
                self._asking = NextQuestions(paths, settings, store, other)
                self._evaluation = Evaluation(paths, settings, store)
                self._robustness = RobustnessCheck(paths, settings, store)
                self._weak_scores = WeakScores(paths, settings, store, other)
                self._pretraining = Pretraining(paths, settings, store)
                self._ahead = ReadingAhead(store, seed=settings.project.seed)
                self._say("idle")
        except BaseException:
            self.close()
            raise
        self._seen = self._closed = -1

    def run(self, stop: Callable[[], bool], on_round: Callable[[RoundInfo], None]) -> None:
        """Work until `stop()` returns True and nothing is left to do; call `on_round` after every round.

        While stopping, it does not wait for further changes of answers.

        Raises:
            LoopError: the trainer cannot continue; the reason is also written to the store.
        """
        with _explained(self._store):
            while True:
                over = stop()
                if self.work(on_round, patient=not over) or self.close_round():
                    continue
                if over:
                    return
                idle = (
                    self.evaluate,
                    self.rounds.read_pool,
                    self.score_pipeline,
                    self.ask_pipeline,
                    self.pretrain,
                    self.read_ahead,
                    self.check_robustness,
                )
                if not any(do() for do in idle):
                    time.sleep(POLL_SECONDS)

    def work(self, on_round: Callable[[RoundInfo], None] = lambda _: None, *, patient: bool = True) -> bool:
        """Do one piece of due work: a requested question, a round or a new queue; return False if there is none."""
        if self._asking.serve(self.rounds) or self._refresh() or (self._asking.has_new_patterns and self.ask()):
            return True
        return self.note_weak_labels(patient=patient) or self.learn(on_round, patient=patient) or self.ask()

    def note_weak_labels(self, *, patient: bool = True) -> bool:
        """Record what patterns and files say about the texts, so that rounds learn from it; False if nothing is new."""
        waits = patient and not self._weak.is_unread  # the first model comes as soon as it can
        if not self._weak.changed or (waits and not self._weak_changes.is_over(self._weak.state)):
            return False
        return self._weak.note(self.rounds.learner)

    def _refresh(self) -> bool:
        """Build a new queue even if a round is due, when a session is active and its queue is old."""
        return self._since_asked.is_over(None) and is_anybody_at_work(self._paths) and self.ask()

    def learn(self, on_round: Callable[[RoundInfo], None] = lambda _: None, *, patient: bool = True) -> bool:
        """Train the next round; return False if none is due, or if it waits for changes to settle."""
        seen = self._store.journal.last_seq()
        if seen == self._seen:
            return False
        training = self._store.answers.training()
        if patient and (changed := self.rounds.changed(training)) and not self._changes.is_over(changed):
            self._say(WAITING_FOR_CHANGES)
            return False
        self._changes.begin()
        if (n := self.rounds.due(training)) is not None:
            self._say(f"training round {self.rounds.next}")
            finished = self.rounds.learn(training, n)
            self._evaluation.evaluate(self.rounds)
            on_round(finished)
            self._say("idle")
            return True
        self._say("idle")
        self._seen = seen
        return False

    def close_round(self) -> bool:
        """Ask for a closing round if answers are left over and no more will follow; return False otherwise.

        No more follow when no session is open, and when nothing is left to ask.
        """
        if is_anybody_at_work(self._paths) and not self._is_exhausted():
            return False
        if (seen := self._store.journal.last_seq()) == self._closed:
            return False
        self._closed = seen
        training = self._store.answers.training()
        return self.rounds.leaves(training) and self._store.journal.close_round(training[-1].rank)

    def _is_exhausted(self) -> bool:
        if self._store.questions.waiting():  # cheap: this is asked again and again
            return False
        return not self._store.corpus.pool_size() or self._store.questions.is_exhausted(NO_FOCUS)

    def ask(self) -> bool:
        """Score the pool and build a queue that somebody at work needs; return False if all are up to date."""
        names: dict[Focus, list[str]] = {}
        for session in filter(lambda one: one.asks, at_work(self._paths)):
            names.setdefault(session.focus, []).append(session.annotator)
        wanted = names or {NO_FOCUS: []}
        stale = (focus for focus in wanted if self._asking.is_stale(self.rounds.number, focus, wanted[focus]))
        if (focus := next(stale, None)) is None:
            return False
        self._say("scoring the pool")
        self._asking.refill(self.rounds, focus, wanted[focus])
        self._store.questions.keep_queues(wanted)
        self._since_asked.begin()
        self._say("idle")
        return True

    def evaluate(self) -> bool:
        """Evaluate a round on some held-out texts answered since; return False if nothing is left to evaluate."""
        return self._evaluation.slice()

    measure = attribute("Trainer", "measure", "evaluate")

    def score_pipeline(self) -> bool:
        """Let a local pipeline in [suggest] read some held-out texts, to compare it with the round; False if done."""
        return self._weak_scores.slice(self.rounds.number)

    def check_robustness(self) -> bool:
        """Read some changed held-out texts with the current round; return False if nothing is due."""
        return self._evaluation.is_done and self._robustness.slice(self.rounds)

    def pretrain(self) -> bool:
        """Pretrain for about a second; return False if there is nothing to pretrain."""
        return self._say_share("pretraining", self._pretraining.slice(self.rounds))

    def ask_pipeline(self) -> bool:
        """Let the pipeline in [suggest] read texts to learn from for about a second; False if it need not."""
        return self._say_share("the pipeline in [suggest] reads texts", self._weak.ask_pipeline())

    def read_ahead(self) -> bool:
        """Let the encoder read texts of the pool for about half a second; False if it need not, or there is none."""
        return self._say_share("the encoder reads the texts", self._ahead.slice(self.rounds))

    def close(self) -> None:
        """Release the lock, so that another trainer can start."""
        self._lock.release()

    def _say_share(self, doing: str, done: float | None) -> bool:
        """Say which share of some work is done; return False if there was none to do."""
        if done is not None:
            self._say(f"{doing} {100 * done:.0f} %" if done < 1 else "idle")
        return done is not None

    def _say(self, doing: str) -> None:
        said = doing, self._store.journal.round_in_force()
        if said != self._said:
            self._store.journal.set_trainer(doing, round=said[1])
            self._said = said


def pin(paths: ProjectPaths, settings: Settings, store: Store, number: int | None) -> bool:
    """Pin a round, or unpin it; return True if that has taken effect, False if the running trainer will do it."""
    store.journal.pin(number)
    if is_held(paths.trainer_lock):
        return False
    Trainer(paths, settings, store).close()
    return True


def say_stopped(store: Store, error: LoopError) -> None:
    """Tell the session why the trainer stopped and what to do; paths are shortened to be relative to the project."""
    words = f"{STOPPED}: {error} {error.hint}".strip().replace(f"{store.path.parent.parent}{os.sep}", "")
    store.journal.set_trainer(words, round=store.journal.round_in_force())


@contextmanager
def _explained(store: Store) -> Iterator[None]:
    """Write the reason of a failure to the store, and turn OS errors into a LoopError with a hint."""
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
    with suppress(StoreError):  # the store may be what cannot be written
        say_stopped(store, error)


def prepare(paths: ProjectPaths, settings: Settings, store: Store) -> None:
    """Build the first queue of a project, so that the annotator need not wait for it.

    As long as there is no round, also rebuild a queue that is out of date.

    Raises:
        PipelineError, SettingsError: the base or the strategy in loop.cfg is unusable.
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
