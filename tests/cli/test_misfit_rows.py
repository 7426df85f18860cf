"""Answers in the store that say what their text cannot have, before `loop doctor --repair` has set them aside."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from cli_running import Run
from every_command import ARGUMENTS, COMMANDS

from loop.settings import ProjectPaths

MISFITS = {
    "beyond the text": [[4, 9999, "PART"]],
    "before the text": [[-3, 4, "PART"]],
    "empty": [[4, 4, "PART"]],
    "overlapping": [[0, 6, "PART"], [4, 9, "PART"]],
    "an unknown label": [[0, 3, "WHAT"]],
    "no number": [[0, "three", "PART"]],
    "half a number": [[0.5, 3, "PART"]],
    "no label": [[0, 3]],
    "no list": {"start": 0},
    "broken JSON": None,
}
# They change the project: each gets it as it was.
WRITE = {
    "remove",
    "import",
    "erase",
    "labels add",
    "labels rename",
    "labels merge",
    "labels remove",
    "checkpoints rollback",
}


def spoil(paths: ProjectPaths, spans: object, *, column: str = "spans") -> None:
    """Say this in the answer to the second text, and in the last one."""
    dumped = "[[0, 3" if spans is None else json.dumps(spans)
    with closing(sqlite3.connect(paths.db)) as connection:
        connection.execute(f"UPDATE answers SET {column} = ? WHERE text_id IN (2, 15)", (dumped,))
        connection.commit()


@pytest.mark.parametrize("column", ["spans", "shown"])
@pytest.mark.parametrize("misfit", MISFITS)
def test_no_command_takes_them_for_a_mistake_in_loop(learned: ProjectPaths, run: Run, misfit: str, column: str) -> None:
    spoil(learned, MISFITS[misfit], column=column)
    for command in COMMANDS:
        if command in ("annotate", "trainer"):
            continue
        ran = run(*command.split(), *ARGUMENTS.get(command, []))
        print(command, ran.code, ran.err[-300:] if ran.code else "")
