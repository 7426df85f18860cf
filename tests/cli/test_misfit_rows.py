"""Answers in the store that say what their text cannot have, before `loop doctor --repair` has set them aside."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from cli_running import Run
from trainer_kit import finish

from loop.records import Answer
from loop.settings import ProjectPaths, Settings
from loop.store import Store

# What the answer to a text says, by the number of the text.
MISFITS: dict[int, list[Any]] = {
    2: [[4, 9999, "PART"]],
    3: [[-3, 4, "PART"]],
    4: [[4, 4, "PART"]],
    5: [[0, 6, "PART"], [4, 9, "PART"]],
    6: [[0, 3, "WHAT"]],
    15: [[9000, 9999, "PART"]],
}
# With "" in the place of what is to be said where one of them is refused, and for the right reason.
READING = {
    "status": "",
    "errors": "",
    "check": "",
    "report": "",
    "train --no-run": "",
    "checkpoints list": "",
    "labels list": "",
    "curve": "Too few answers for a learning curve",
    "export -": "does not fit text 2: the span 4-9999 PART ends after the text",
    "export - --format conll": "`loop doctor --repair` sets such answers aside",
}


def spoil(paths: ProjectPaths, column: str) -> None:
    with closing(sqlite3.connect(paths.db)) as connection:
        for text, spans in MISFITS.items():
            connection.execute(f"UPDATE answers SET {column} = ? WHERE text_id = ?", (json.dumps(spans), text))
        connection.commit()


@pytest.mark.parametrize("column", ["spans", "shown"])
def test_no_command_takes_them_for_a_mistake_in_loop(learned: ProjectPaths, run: Run, column: str) -> None:
    spoil(learned, column)
    for command, said in READING.items():
        said = said if column == "spans" or command == "curve" else ""
        ran = run(*command.split())

        assert (command, bool(said), True) == (command, bool(ran.code), said in ran.err), ran.err


def test_the_trainer_learns_from_what_there_is(learned: ProjectPaths, settings: Settings) -> None:
    spoil(learned, "spans")
    with Store(learned.db) as store:
        for n in range(16, 21):
            store.answers.add(Answer(f"more {n}", n, "ann", "accept", scheme=1))
        finish(learned, settings, store)

        assert [5, 10, 15, 20] == [info.answers for info in store.journal.rounds()]
