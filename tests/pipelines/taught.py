"""A tiny project that learns for three rounds."""

from __future__ import annotations

from pathlib import Path

from trainer_kit import finish
from workshop import workshop_gold

from loop.checkpoints.checkpoints import Checkpoints
from loop.records import Answer
from loop.settings import AcquireSettings, ProjectPaths, ProjectSettings, QueueSettings, Settings, UpdateSettings
from loop.store import NewText, Store

LABEL = "PART"
ROUNDS = 3


def settings_for(base: str, component: str | None = None, *, vectors: str | None = None, steps: int = 2) -> Settings:
    return Settings(
        project=ProjectSettings(base=base, component=component, labels=(LABEL,), vectors=vectors),
        queue=QueueSettings(size=4),
        acquire=AcquireSettings(candidates=6),
        update=UpdateSettings(round_size=2, steps=steps, batch_size=4, new_per_batch=2),
    )


def teach(folder: Path, base: str, *, component: str | None = None, vectors: str | None = None, steps: int = 2) -> Path:
    """The checkpoint of the last round."""
    settings = settings_for(base, component, vectors=vectors, steps=steps)
    paths, gold = ProjectPaths(folder), workshop_gold(2 * ROUNDS + 4)
    with Store.create(paths.db) as store:
        store.corpus.add_batch((NewText(text) for text in gold), source="gold")
        scheme = store.journal.scheme([LABEL])
        for number, text in enumerate(store.corpus.texts(range(1, 2 * ROUNDS + 1))):
            store.answers.add(Answer(f"a{number:02}", text.id, "ann", "accept", spans=gold[text.text], scheme=scheme))
        finish(paths, settings, store)
    return Checkpoints(paths.models).path(ROUNDS)
