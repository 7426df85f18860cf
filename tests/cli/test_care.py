from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from cli_running import Run

from loop.store.locks import ProcessLock

GOLD = (
    b'{"text": "a worn chain for Mrs Quibble", "spans": [{"start": 7, "end": 12, "label": "A"}], "who": "q"}\n'
    b'{"text": "a new chain", "spans": []}\n'
)


@pytest.fixture
def answered(project: Path, run: Run) -> Path:
    """A project with two answers."""
    assert 0 == run("import", "-", stdin=GOLD).code
    return project


def wrong(project: Path) -> None:
    with closing(sqlite3.connect(project / "data" / "loop.db")) as connection:
        connection.execute("UPDATE texts SET answered = 0")
        connection.commit()


def test_the_doctor_finds_nothing_wrong_with_a_sound_project(answered: Path, run: Run):
    ran = run("doctor")

    assert (0, "No problems found.\n") == (ran.code, ran.out)


def test_the_doctor_repairs_only_when_told_to(answered: Path, run: Run):
    wrong(answered)
    found, repaired, after = run("doctor"), run("doctor", "--repair"), run("doctor")

    assert (1, 0, 0) == (found.code, repaired.code, after.code)
    assert "2 texts are wrongly marked" in found.out
    assert "1 problem left" in found.err


def test_the_doctor_repairs_nothing_while_somebody_works(answered: Path, run: Run):
    wrong(answered)
    lock = ProcessLock(answered / "data" / "session.lock")
    lock.acquire()
    ran = run("doctor", "--repair")
    lock.release()

    assert (1, True) == (ran.code, "is running" in ran.err)


def test_a_folder_that_is_no_project_is_left_alone(folder: Path, run: Run):
    assert "is not a project" in run("doctor").err
    assert [] == list(folder.iterdir())


def test_a_backup_is_used_as_a_project(answered: Path, run: Run, tmp_path: Path):
    done = run("backup", tmp_path / "copy")

    assert "is a copy of the project" in done.out
    one, other = (json.loads(run(*of, "status", "--json").out) for of in ([], ["-C", tmp_path / "copy"]))
    assert one.pop("disk")
    assert other.pop("disk")
    assert one == other
    assert 1 == run("backup", tmp_path / "copy").code


@pytest.mark.parametrize("which", [["1"], ["--where", "meta.who=q"], ["--containing", "quibble"]])
def test_texts_are_erased_by_number_meta_or_words(answered: Path, run: Run, which: list[str]):
    run("export", "out.jsonl")
    run("export", "numbers.jsonl", "--no-text")
    ran = run("erase", *which, "--yes")

    assert "Erased 1 text and 1 answer." == ran.out.splitlines()[0]
    assert "export of" not in ran.out
    assert "numbers.jsonl" not in ran.out
    assert f"Still in {Path('out.jsonl')}" in ran.out
    assert {"texts": 1, "pool": 0} == {
        name: json.loads(run("status", "--json").out)[name] for name in ("texts", "pool")
    }


@pytest.mark.parametrize(
    ("which", "why"),
    [
        ([], "Name the texts"),
        (["1", "--containing", "x"], "Name the texts"),
        (["7"], "no such"),
        (["--where", "meta.who=z"], "no such"),
    ],
)
def test_what_to_erase_must_be_said_and_be_there(answered: Path, run: Run, which: list[str], why: str):
    ran = run("erase", *which, "--yes")

    assert (1, True) == (ran.code, why in ran.err)


def test_nothing_is_erased_unless_somebody_means_it(answered: Path, run: Run):
    assert "--yes" in run("erase", "1").err
    assert 2 == json.loads(run("status", "--json").out)["texts"]


def test_an_export_without_text_holds_numbers_and_labels_only(answered: Path, run: Run):
    run("export", "numbers.jsonl", "--no-text")
    written = (answered / "numbers.jsonl").read_text()
    first = json.loads(written.splitlines()[0])

    assert (1, 28, [[7, 12, "A"]]) == (first["text"], first["characters"], first["spans"])
    assert not any(word in written for word in ("chain", "Quibble", "meta", "stdin"))
    assert 1 == run("export", "x.jsonl", "--no-text", "--format", "json").code


def test_files_with_text_are_listed(answered: Path, run: Run):
    run("export", "out.csv")
    listed = run("doctor", "--privacy").out

    assert "the store" in listed
    assert "out.csv  export, written" in listed or "out.csv  contains texts" in listed
