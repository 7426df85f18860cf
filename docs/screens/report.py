"""Play a project with an oracle that is not a machine, write its report, and take a picture of it beside this file.

    python docs/screens/report.py

It takes some minutes, and Chromium (Debian's package) for the picture.
"""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random

from loop.formats import read_gold
from loop.oracle import Oracle
from loop.progress.report_data import report_data
from loop.records import Question, Span
from loop.report import report
from loop.session import Session
from loop.settings import ProjectPaths, ProjectSettings, QueueSettings, Settings
from loop.store import NewText, Store
from loop.trainer import Trainer

HERE = Path(__file__).parent
DEMO = HERE.parents[1] / "data" / "demo"
LABELS = ("BRAND", "PART", "FAULT")
ANSWERS = 320
SLIPS = 0.04  # of the spans
MEMO = "is the name of the model part of the brand?"
CHROMIUM = ("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1120,1480")


def main() -> None:
    """Play, write, and take the picture."""
    project = ProjectSettings(labels=LABELS)
    settings = replace(Settings(project), queue=QueueSettings(held_out_share=0.2, repeat_share=0.05))
    with tempfile.TemporaryDirectory(prefix="loop-") as folder:
        paths = ProjectPaths(Path(folder) / "workshop")
        with Store.create(paths.db) as store:
            play(paths, settings, store)
            page = report(report_data(store, settings, paths), name="workshop", at=datetime(2026, 1, 31, 17, 30))
        file = Path(folder) / "report.html"
        file.write_text(page, encoding="utf-8")
        shot = [f"--user-data-dir={folder}/chromium", f"--screenshot={HERE / 'report.png'}", file.as_uri()]
        subprocess.run([*CHROMIUM, *shot], check=True, capture_output=True)


def play(paths: ProjectPaths, settings: Settings, store: Store) -> None:
    """Answer as a person might: now and then wrong, faster with time, with a flag where something is unclear."""
    gold = {raw.text: raw.spans or () for name in ("pool", "test") for raw in read_gold(DEMO / f"{name}.jsonl")}
    store.corpus.add_batch((NewText(text) for text in gold), source="workshop.jsonl")
    session, trainer = Session(paths, settings, store, annotator="ann"), Trainer(paths, settings, store)
    rng, given = Random(1), 0
    while given < ANSWERS:
        if given % settings.update.round_size == 0:
            while trainer.work():
                pass
        question = session.next()
        if question is None:
            break
        answer(session, question, Oracle(gold, labels=LABELS, noise=SLIPS, seed=given).spans(question), given, rng)
        given += 1
    while trainer.work():
        pass
    trainer.close()
    session.close()


def answer(session: Session, question: Question, spans: tuple[Span, ...], given: int, rng: Random) -> None:
    """Give one answer, and take the time that it takes."""
    edits = len({*question.prediction} ^ {*spans})
    seconds = (1.2 + 0.2 * len(question.tokens) + 3.2 * edits) * rng.lognormvariate(0, 0.35) * (1 - given / 1200)
    flag = rng.random() < 0.03
    session.answer(question, "accept", spans, seconds=seconds, keys=1 + 3 * edits, flag=flag, memo=MEMO if flag else "")


if __name__ == "__main__":
    main()
