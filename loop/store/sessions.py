"""The sessions that are open on a project: who is at work, and which texts each of them has in hand.

A session locks a file of its own and writes there what it has in hand. The system releases the lock when the process
ends, however it ends; a stopped process (Ctrl-Z) keeps it. So nothing has to be cleaned up, and no clock is asked.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from loop.errors import StoreError
from loop.records import NO_FOCUS, Focus, Passage, Question, overlapping
from loop.settings import ProjectPaths
from loop.store.database import now
from loop.store.locks import ProcessLock, is_held

LONGEST_NAME = 80  # of a file, in bytes
CHOOSING = "choosing.lock"
# Seconds to wait while another session chooses its next question, which takes milliseconds unless it was stopped.
CHOOSING_SECONDS = 2.0


class InHand(NamedTuple):
    """A text, or a passage of it, that a session asks about."""

    text_id: int
    passage: Passage | None = None

    @classmethod
    def of(cls, question: Question) -> InHand:
        """What a question is about."""
        return cls(question.text.id, question.passage)

    def conflicts(self, other: InHand) -> bool:
        """Whether both ask about some of the same words."""
        return self.text_id == other.text_id and overlapping(self.passage, other.passage)


@dataclass(frozen=True, slots=True)
class AtWork:
    """An open session.

    Attributes:
        since: when it was opened, ISO 8601, UTC.
        focus: the filter on the texts that it asks about.
        in_hand: the question on its screen, and the one that follows.
        asks: whether it asks about new texts, instead of reviewing answers.
    """

    annotator: str
    pid: int
    since: str
    focus: Focus = NO_FOCUS
    in_hand: tuple[InHand, ...] = ()
    asks: bool = True


def at_work(paths: ProjectPaths) -> list[AtWork]:
    """The open sessions of a project, by name."""
    files = sorted(paths.sessions.glob("*.session"))
    return sorted((one for file in files if is_held(file) and (one := _read(file))), key=lambda one: one.annotator)


def others_at_work(paths: ProjectPaths, annotator: str) -> list[AtWork]:
    """The open sessions of everybody else, by name."""
    return [one for one in at_work(paths) if one.annotator != annotator]


def is_anybody_at_work(paths: ProjectPaths) -> bool:
    """Whether a session is open; unlike `at_work`, also true while one is being opened."""
    return is_held(paths.session_lock) or any(map(is_held, paths.sessions.glob("*.session")))


def release(paths: ProjectPaths, annotator: str) -> AtWork | None:
    """Take from an annotator's session what it has in hand; return the session as it was, None if none is open."""
    file = _file(paths, annotator)
    session = _read(file) if is_held(file) else None
    if session is not None:
        with file.open("r+b") as opened:  # not emptied first: others read it
            opened.write(_dumped(replace(session, in_hand=())).ljust(file.stat().st_size))
    return session


@contextmanager
def no_session(paths: ProjectPaths) -> Iterator[bool]:
    """For the block no session can be opened; yields False if one is open."""
    door = ProcessLock(paths.session_lock)
    try:
        yield door.acquire() and not any(map(is_held, paths.sessions.glob("*.session")))
    finally:
        door.release()


class OpenSession:
    """One annotator's session, from its opening until `close` or the end of the process.

    Raises:
        StoreError: the annotator has a session open already, or nobody may open one now.
    """

    def __init__(self, paths: ProjectPaths, annotator: str, focus: Focus = NO_FOCUS, *, asks: bool = True) -> None:
        self._paths = paths
        door, file = ProcessLock(paths.session_lock), _file(paths, annotator)
        self._lock, self._choosing = ProcessLock(file), ProcessLock(paths.sessions / CHOOSING)
        if not door.acquire():
            hint = "Its labels or texts are changed, or its terms are decided in another terminal: wait, or end that."
            raise StoreError(f"No session can be opened on {paths.root.resolve().name} now.", hint=hint)
        try:
            if not self._lock.acquire():
                raise _open_already(paths, annotator, _read(file))
        finally:
            door.release()
        self._mine = AtWork(annotator, os.getpid(), now(), focus, asks=asks)
        self._lock.write(_dumped(self._mine))

    @contextmanager
    def choosing(self) -> Iterator[Sequence[InHand]]:
        """Yield what the others have in hand; for the block no other session chooses.

        Read the store after this, not before: what others have answered is in their hands no more.
        """
        self._choosing.acquire(CHOOSING_SECONDS)  # a session that was stopped in the act does not stop the others
        try:
            others = others_at_work(self._paths, self._mine.annotator)
            yield [text for one in others for text in one.in_hand]
        finally:
            self._choosing.release()

    def take(self, *questions: Question | None) -> None:
        """Have these questions in hand, and no others."""
        self._have(tuple(InHand.of(one) for one in questions if one is not None))

    def let_go(self, question: Question) -> None:
        """Have a question, which is answered, in hand no more."""
        self._have(tuple(one for one in self._mine.in_hand if one != InHand.of(question)))

    def _have(self, in_hand: tuple[InHand, ...]) -> None:
        if in_hand != self._mine.in_hand:
            self._mine = replace(self._mine, in_hand=in_hand)
            self._lock.write(_dumped(self._mine))

    def close(self) -> None:
        """End the session."""
        self._lock.release()


def _open_already(paths: ProjectPaths, annotator: str, there: AtWork | None) -> StoreError:
    which = f" (process {there.pid})" if there else ""
    return StoreError(
        f"{annotator} has a session open on {paths.root.resolve().name} already{which}.",
        hint="Close it first; its work is saved. Somebody else takes a name of their own: --annotator NAME.",
    )


def _file(paths: ProjectPaths, annotator: str) -> Path:
    name = quote(annotator, safe="")
    if len(name) > LONGEST_NAME:
        import hashlib

        name = name[: LONGEST_NAME // 2] + hashlib.sha256(annotator.encode()).hexdigest()[:16]
    return paths.sessions / f"{name}.session"


def _dumped(session: AtWork) -> bytes:
    return json.dumps(asdict(session), ensure_ascii=False).encode()


def _read(file: Path) -> AtWork | None:
    """What a session's file says; None if it says nothing yet."""
    try:
        said: dict[str, Any] = json.loads(file.read_bytes())
        focus = load_focus(said["focus"])
        in_hand = tuple(InHand(id_, None if passage is None else tuple(passage)) for id_, passage in said["in_hand"])
        return AtWork(said["annotator"], said["pid"], said["since"], focus, in_hand, said["asks"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def load_focus(kept: dict[str, Any]) -> Focus:
    """Restore a focus from a dictionary."""
    return Focus(kept["label"], tuple((name, value) for name, value in kept["where"]), kept["measure"], kept["batch"])
