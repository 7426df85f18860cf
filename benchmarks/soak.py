"""Thousands of answers in one project: memory of session and trainer, size of store and models, as they grow."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from _common import beside, options, show, wait, write_json

from loop.oracle import Oracle
from loop.records import Span
from loop.session import Session
from loop.settings import ProjectPaths, ProjectSettings, QueueSettings, Settings, template
from loop.store import NewText, Store

SEED = 0
PARTS = ("chain", "saddle", "brake", "hub", "cassette", "spoke", "fork", "pedal", "rim", "tube", "axle", "lever")
FRAMES = (
    "the {} is worn again",
    "fitted a new {} today",
    "the {} makes a noise and the {} rattles",
    "nothing to do here",
)
SETTINGS = Settings(ProjectSettings(labels=("PART",)), QueueSettings(held_out_share=0.05))


def main() -> None:
    """A row after every so many answers; the trainer is a process of its own, as with `loop annotate`."""
    parser = options(str(__doc__))
    parser.add_argument("--answers", type=int, default=5000)
    parser.add_argument("--every", type=int, default=250, help="a row after so many answers")
    arguments = parser.parse_args()
    n, every = (100, 25) if arguments.quick else (arguments.answers, arguments.every)
    gold = dict(made(Random(SEED), n + max(200, n // 5)))
    with tempfile.TemporaryDirectory(prefix="loop-soak-") as folder:
        paths = ProjectPaths(Path(folder) / "project")
        with Store.create(paths.db) as store:
            store.corpus.add_batch((NewText(text) for text in gold), source="soak")
        paths.cfg.write_text(template(SETTINGS), encoding="utf-8")
        with beside("-m", "loop", "-C", paths.root, "trainer", stdout=subprocess.DEVNULL) as trainer:
            rows = []
            for row in soaked(paths, gold, n, every, trainer):
                rows.append(row)
                print("  ".join(f"{name} {value}" for name, value in row.items()), flush=True)
    show("As a project grows", rows)
    write_json(arguments.json, rows, seeds=[SEED])


def soaked(
    paths: ProjectPaths, gold: dict[str, tuple[Span, ...]], n: int, every: int, trainer: subprocess.Popen[str]
) -> Iterator[dict[str, Any]]:
    """Answer, a round's worth at a time, each when the round before is done; yield what there is then."""
    oracle, size = Oracle(gold), SETTINGS.update.round_size
    started = time.monotonic()
    is_alive = lambda: trainer.poll() is None  # noqa: E731
    with Store(paths.db) as store:
        session = Session(paths, SETTINGS, store, annotator="oracle")
        for number in range(1, n + 1):
            wait(lambda: session.next() is not None, "a question", alive=is_alive)
            question = session.next()
            assert question
            session.answer(question, "accept", oracle.spans(question), seconds=1.0, keys=1)
            session.status()
            if number % size == 0:
                due = len(store.answers.training()) // size
                wait(lambda due=due: store.journal.round_in_force() >= due, f"round {due}", alive=is_alive)
            if number % every == 0:
                yield {
                    "answers": number,
                    **measured(paths, trainer),
                    "minutes": round((time.monotonic() - started) / 60, 1),
                }
        session.close()


def measured(paths: ProjectPaths, trainer: subprocess.Popen[str]) -> dict[str, Any]:
    """Megabytes now."""
    return {
        "MB session": resident("self"),
        "MB trainer": resident(trainer.pid),
        "MB store": megabytes(paths.data.glob("loop.db")),
        "MB log": megabytes(paths.data.glob("loop.db-wal")),
        "MB models": megabytes(paths.models.rglob("*")),
        "rounds kept": len(list(paths.models.glob("round-*"))),
    }


def resident(process: int | str) -> float:
    """Megabytes of memory that a process holds (Linux)."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return round(next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024, 1)


def megabytes(paths: Iterator[Path]) -> float:
    """Megabytes on disk; files with several names count once."""
    sizes = {}
    for path in paths:
        try:
            status = path.lstat()
        except FileNotFoundError:  # dropped meanwhile
            continue
        sizes[status.st_dev, status.st_ino] = status.st_blocks * 512
    return round(sum(sizes.values()) / 1e6, 1)


def made(rng: Random, n: int) -> Iterator[tuple[str, tuple[Span, ...]]]:
    """Short texts, all different, with their spans."""
    for number in range(n):
        text, *rest = f"job {number} : {rng.choice(FRAMES)}".split("{}")
        spans = []
        for piece in rest:
            part = rng.choice(PARTS)
            spans.append(Span(len(text), len(text) + len(part), "PART"))
            text += part + piece
        yield text, tuple(spans)


if __name__ == "__main__":
    main()
