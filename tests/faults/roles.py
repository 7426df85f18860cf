"""What the processes do until they die: a session that answers and says so, and a trainer."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from time import monotonic, sleep

from workshop import workshop_gold

from loop.errors import LoopError
from loop.records import Answer
from loop.session import Session
from loop.settings import ProjectPaths, ProjectSettings, QueueSettings, Settings, UpdateSettings
from loop.settings.sections import AcquireSettings
from loop.store import NewText, Store, database
from loop.store.sessions import is_anybody_at_work
from loop.trainer import Trainer

TEXTS = 240
GOLD = workshop_gold(TEXTS)
SETTINGS = Settings(
    project=ProjectSettings(labels=("PART",)),
    queue=QueueSettings(size=20),
    acquire=AcquireSettings(candidates=30),
    update=UpdateSettings(round_size=5, steps=2, batch_size=4, new_per_batch=2),
)
PATIENCE = 4.0  # seconds that a session waits for questions


class JumpingClock(datetime):
    """A clock that is set while one looks at it, back as well as on."""

    rng = Random(0)

    @classmethod
    def now(cls, tz=None):  # type: ignore[no-untyped-def,override]
        return datetime.now(tz) + timedelta(seconds=cls.rng.uniform(-90_000, 90_000))


def make_project(paths: ProjectPaths) -> None:
    """Texts, round 0 and the first questions."""
    with Store.create(paths.db) as store:
        store.corpus.add_batch((NewText(text) for text in GOLD), source="gold")
        store.journal.scheme(SETTINGS.project.labels)
        trainer = Trainer(paths, SETTINGS, store)
        trainer.work()
        trainer.close()


def answer(
    paths: ProjectPaths, seed: int, n: int, say: Callable[[dict[str, object]], None], annotator: str = "ann"
) -> None:
    """Do `n` things that an annotator does; each is said as soon as the program has acknowledged it, not before."""
    rng = Random(seed)
    if rng.random() < 0.3:
        JumpingClock.rng = rng
        database.datetime = JumpingClock  # type: ignore[misc]
    with Store(paths.db) as store:
        session = Session(paths, SETTINGS, store, annotator=annotator)
        while n and step(session, rng, lambda said: say(said | log_of(paths))):
            n -= 1
        session.close()


def step(session: Session, rng: Random, say: Callable[[dict[str, object]], None]) -> bool:
    """Answer a question, skip it, or change the answer before, half of them begun first; False without a question."""
    again = session.reopen() if rng.random() < 0.2 else None
    waited = monotonic()
    while (question := again[0] if again else session.next()) is None:
        if monotonic() - waited > PATIENCE:
            return False
        sleep(0.01)
    if rng.random() < 0.5:
        draft = json.dumps({"n": rng.random()})
        session.save_draft(question, draft)
        say({"draft": draft, "text_id": question.text.id, "question": question.id})
    verdict = rng.choice(("accept", "accept", "accept", "accept", "skip", "unusable"))
    spans = GOLD[question.text.text] if verdict == "accept" and rng.random() < 0.9 else ()
    given = session.answer(question, verdict, spans, seconds=1.0, keys=rng.randrange(9), memo=str(rng.random()))
    say({"answer": plain(given)})
    return True


def plain(answer: Answer) -> dict[str, object]:
    """An answer as JSON has it."""
    return json.loads(json.dumps(asdict(answer), default=str))


def log_of(paths: ProjectPaths) -> dict[str, object]:
    """How long the store's log is, and which one: so much of it was on disk when the answer was acknowledged."""
    log = paths.db.with_name("loop.db-wal")
    if not log.exists():
        return {"log": 0, "which": ""}
    with log.open("rb") as file:
        return {"log": log.stat().st_size, "which": file.read(24)[16:].hex()}


def train(paths: ProjectPaths, *, beside: bool) -> None:
    """Do the background work until nothing is due and, `beside` a session, until that is gone."""
    with Store(paths.db) as store:
        trainer = Trainer(paths, SETTINGS, store)
        trainer.run(lambda: not (beside and is_anybody_at_work(paths)), lambda _: None)
        trainer.close()


def forked(work: Callable[[], None]) -> int:
    """Do something in a process of its own; its errors are its end. Returns its id."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = 0
    except LoopError:
        code = 3
    finally:
        os._exit(code)


def reading(descriptor: int) -> list[dict[str, object]]:
    """What a session has said, to its last whole line."""
    with os.fdopen(descriptor, "rb") as pipe:
        lines = pipe.read().split(b"\n")
    return [json.loads(line) for line in lines[:-1]]


def folder_of(root: Path, name: str) -> ProjectPaths:
    """The project `name`."""
    return ProjectPaths(root / name)
