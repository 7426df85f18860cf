"""Projects with weak labels: patterns that name parts, and what becomes of them."""

from __future__ import annotations

import json

from loop.settings import ProjectPaths, ProjectSettings, QueueSettings, Settings, UpdateSettings
from loop.store import Store
from loop.trainer.rebuilding import rebuilding

PARTS = ("chain", "brake", "hub", "spoke")
FEW = Settings(
    project=ProjectSettings(base="blank:xx", labels=("PART",)),
    queue=QueueSettings(size=12, held_out_share=0.0),
    update=UpdateSettings(round_size=5, steps=3, batch_size=8, new_per_batch=4, weak_steps=20, weak_until=12),
)


def name(paths: ProjectPaths, *parts: str, label: str = "PART") -> None:
    """Make the pattern file that of these parts."""
    rows = (json.dumps({"label": label, "pattern": part}) + "\n" for part in parts)
    paths.root.mkdir(exist_ok=True)
    paths.patterns(None).write_text("".join(rows), encoding="utf-8")


def rounds(store: Store) -> list[tuple[int, int]]:
    """The number of each round, and how many answers it learned from."""
    return [(info.number, info.answers) for info in store.journal.rounds()]


def are_rebuilt(paths: ProjectPaths, settings: Settings, store: Store) -> list[bool]:
    """Of each round whether it comes out the same again."""
    with rebuilding(paths, settings, store) as aside:
        return [one.is_same for one in aside.rounds(len(store.journal.rounds()))]
