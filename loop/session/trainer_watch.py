"""The trainer beside a session: started when none is running, but not over and over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from time import monotonic

from loop.progress import STARTING, STOPPED, trainer_state
from loop.settings import ProjectPaths
from loop.store import Store
from loop.store.locks import is_held

# Give up after this many starts without a finished round in between.
TRAINER_STARTS = 3
SECONDS_BETWEEN_STARTS = 5.0
DIED = f"{STOPPED}: it died {TRAINER_STARTS} times without a message (killed, or out of memory?)."


class TrainerWatch:
    """Keeps a trainer running by calling `start`; without `start` it only reports the trainer's state."""

    def __init__(self, paths: ProjectPaths, store: Store, start: Callable[[], None] | None) -> None:
        self._paths, self._store, self._start = paths, store, start
        self._starts: list[float] = []
        self._at_start: tuple[int, int] | None = None
        self._since: datetime | None = None

    def tick(self) -> None:
        """Start the trainer when none is running: at first, and again when it died without a message.

        A trainer that reported an error would only fail again, unless loop.cfg has changed since.
        """
        if self._start is None or is_held(self._paths.trainer_lock):
            return
        said = self._store.journal.trainer()
        now = (said.round if said else 0, self._written())
        if now != self._at_start:
            self._starts, self._at_start = [], now
        if len(self._starts) >= TRAINER_STARTS or (self._starts and (self._said_why() or self._just_started())):
            return
        self._starts.append(monotonic())
        self._since = datetime.now(timezone.utc)
        self._start()

    def learn_now(self) -> None:
        """Ask the trainer for a closing round, unless it has been asked since the last answer."""
        if training := self._store.answers.training():
            self._store.journal.close_round(training[-1].rank)

    def state(self) -> str:
        """What the trainer is doing, in words; an earlier trainer's error is not repeated while another one starts."""
        doing = trainer_state(self._store, self._paths)
        if not doing.startswith(STOPPED) or self._said_why():
            return doing
        if not self._starts:
            return STARTING if self._start is not None else doing
        if self._just_started():
            return STARTING
        return DIED if len(self._starts) >= TRAINER_STARTS else doing

    def _said_why(self) -> bool:
        said = self._store.journal.trainer()
        is_news = said is not None and (self._since is None or said.at >= self._since)
        return is_news and said is not None and said.state.startswith(f"{STOPPED}:")

    def _just_started(self) -> bool:
        return bool(self._starts) and monotonic() - self._starts[-1] <= SECONDS_BETWEEN_STARTS

    def _written(self) -> int:
        return self._paths.cfg.stat().st_mtime_ns if self._paths.cfg.exists() else 0
