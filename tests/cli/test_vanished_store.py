"""Every way into a project whose store has vanished: nothing is begun anew, and no checkpoint is dropped."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import typer
from cli_running import Run

import loop
from loop.cli import app
from loop.cli.demo import automatic_demo
from loop.errors import LoopError, StoreError
from loop.settings import ProjectPaths, Settings
from loop.simulate import simulate
from loop.store import Store

# What every command needs to get as far as its project.
ARGUMENTS = {
    "add": ["in.txt"],
    "remove": ["--batch", "1"],
    "import": ["in.jsonl"],
    "export": ["-"],
    "backup": ["../copy"],
    "erase": ["1", "--yes"],
    "merge": ["../other"],
    "labels add": ["NEW"],
    "labels rename": ["PART", "BIT"],
    "labels merge": ["PART", "PART"],
    "labels remove": ["PART", "--yes"],
    "patterns add": ["patterns.jsonl"],
    "patterns remove": ["1"],
    "checkpoints show": ["1"],
    "checkpoints diff": ["1", "2"],
    "checkpoints rollback": ["1"],
    "train": ["--no-run"],
    "annotate": ["--plain"],
}
# They make a project, or work on none.
NO_PROJECT = {"init", "vectors", "demo", "simulate", "predict"}


def commands(group: Any, *before: str) -> Iterator[str]:
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, *before, name)
    if not hasattr(group, "commands"):
        yield " ".join(before)


COMMANDS = [name for name in commands(typer.main.get_command(app)) if name not in NO_PROJECT]


def no_tables(db: Path) -> None:
    db.unlink()
    with closing(sqlite3.connect(db)) as connection:
        connection.executescript("CREATE TABLE x (y); DROP TABLE x; VACUUM")


def another(db: Path) -> None:
    db.unlink()
    Store.create(db).close()


def linked(db: Path) -> None:
    db.rename(db.with_name("elsewhere.db"))
    db.symlink_to("elsewhere.db")


def nowhere(db: Path) -> None:
    db.unlink()
    db.symlink_to(db.parent.parent / "planted.db")


def folder_instead(db: Path) -> None:
    db.unlink()
    db.mkdir()


def pipe(db: Path) -> None:
    db.unlink()
    os.mkfifo(db)


VANISHED = {
    "missing": (Path.unlink, "although rounds have learned from it"),
    "empty": (lambda db: db.write_bytes(b""), "although rounds have learned from it"),
    "no tables": (no_tables, "although rounds have learned from it"),
    "begun anew": (another, "although rounds have learned from it"),
    "data is gone": (lambda db: shutil.rmtree(db.parent), "although rounds have learned from it"),
    "linked": (linked, "is a symbolic link"),
    "linked to nothing": (nowhere, "is a symbolic link"),
    "a folder": (folder_instead, "is not a file"),
    "a pipe": (pipe, "is not a file"),
}


def contents(root: Path) -> dict[str, object]:
    """Every file under a folder with its size and time, but for locks and logs."""
    files = (path for path in root.rglob("*") if path.suffix not in {".lock", ".log"})
    return {str(path.relative_to(root)): (path.lstat().st_mtime_ns, path.lstat().st_size) for path in files}


@pytest.mark.parametrize("vanished", VANISHED)
def test_neither_the_commands_nor_python_begin_it_anew(
    learned: ProjectPaths, run: Run, vanished: str, tmp_path: Path
) -> None:
    vanish, said = VANISHED[vanished]
    vanish(learned.db)
    models = contents(learned.models)
    # A command that is not the first to be refused needs no second look at another kind.
    for command in COMMANDS if vanished == "missing" else ("status", "trainer", "doctor", "doctor --repair"):
        ran = run(*command.split(), *ARGUMENTS.get(command, []))

        assert (command, 1, True) == (command, ran.code, said in ran.out + ran.err), ran.out + ran.err
        assert "Traceback" not in ran.err
    with pytest.raises(StoreError, match=said):
        loop.open_project(learned.root)

    assert models == contents(learned.models)
    assert not learned.db.is_file() or vanished in ("empty", "no tables", "begun anew", "linked")
    assert not (learned.root / "planted.db").exists()
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize("vanished", ["missing", "empty", "begun anew"])
def test_neither_does_the_demo_nor_a_simulation(
    learned: ProjectPaths, run: Run, settings: Settings, vanished: str, tmp_path: Path
) -> None:
    vanish, said = VANISHED[vanished]
    vanish(learned.db)
    models = contents(learned.models)
    ran = run("demo", "--dir", learned.root)
    with pytest.raises(LoopError, match="already a project"):
        automatic_demo(learned, tmp_path, 5)
    with pytest.raises(StoreError, match=said):
        list(simulate(learned, settings, {"one": ()}, {"two": ()}))

    assert (1, True) == (ran.code, said in ran.err)
    assert models == contents(learned.models)


def test_where_nothing_has_learned_from_it_the_doctor_makes_an_empty_one_when_told_to(
    learned: ProjectPaths, run: Run
) -> None:
    learned.db.unlink()
    refused = run("doctor", "--repair")
    shutil.rmtree(learned.models)
    looked = run("doctor")
    begun = not learned.db.exists()
    repaired = run("doctor", "--repair")

    assert (1, 1, True, 0) == (refused.code, looked.code, begun, repaired.code)
    assert "move models/ away" in refused.out
    assert "doctor --repair" in looked.out
    assert 0 == run("add", "in.txt", "--yes").code
    assert "No problems found" in run("doctor").out


def test_a_project_has_a_store_from_the_start(folder: Path, run: Run) -> None:
    run("init", "--labels", "A")

    assert 0 == run("status").code
    assert 0o600 == ProjectPaths(folder).db.stat().st_mode & 0o777


@pytest.fixture
def opens() -> Callable[[Path], list[str]]:
    """The lines of a file that open or make a store, or a file of SQLite."""
    made = ("Store.create(", "open_database(", "create_database(", "sqlite3.connect(", "create_engine(")
    words = (" Store(", "(Store(", *made)

    def found(file: Path) -> list[str]:
        return [line for line in file.read_text().splitlines() if any(word in line for word in words)]

    return found


def test_nothing_but_the_rooms_of_the_store_the_project_and_kept_features_opens_one(
    opens: Callable[[Path], list[str]],
) -> None:
    package = Path(loop.__file__).parent
    others = [
        file
        for file in package.rglob("*.py")
        if file.relative_to(package).parts[0] not in ("store", "project", "encoder")
    ]

    assert len(others) > 100
    assert {} == {file.name: lines for file in others if (lines := opens(file))}
    assert opens(package / "project" / "opening.py")
