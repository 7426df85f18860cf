from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_running import Run
from trainer_kit import finish

from loop.checkpoints.checkpoints import Checkpoints
from loop.records import Answer
from loop.settings import ProjectPaths, Settings
from loop.store import Store
from loop.store.locks import ProcessLock


@pytest.fixture
def gold(project: Path) -> Path:
    """A file of two answers, by somebody called ann."""
    rows = [{"text": text, "spans": [{"start": 0, "end": 3, "label": "A"}]} for text in ("Ann", "Bob")]
    (project / "gold.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return project / "gold.jsonl"


def exported(run: Run) -> list[tuple[str, list[str]]]:
    rows = [json.loads(line) for line in run("export", "-").out.splitlines()]
    return [(row["text"], row["_loop"]["labels"]) for row in rows]


@pytest.mark.usefixtures("gold")
def test_an_import_is_listed_and_taken_back_and_can_come_in_otherwise(run: Run) -> None:
    run("add", "-", stdin=b"Ann\n")
    run("import", "gold.jsonl", "--annotator", "ann")
    listed = run("import", "--list").out.splitlines()
    undone = run("import", "--undo").out.splitlines()
    again = run("import", "gold.jsonl", "--annotator", "ann", "--labels", "A,B").out.splitlines()

    assert ["time", "answers", "new", "texts", "files"] == listed[0].split()
    assert ["1", "2", "1", "gold.jsonl"] == [cell for n, cell in enumerate(listed[1].split()) if n not in (1, 2)]
    assert ["This takes back 2 answers and 1 text.", "Took back 2 answers and 1 text."] == undone[1:]
    assert "Imported 2 answers and 1 new text." in again
    assert [("Ann", ["A", "B"]), ("Bob", ["A", "B"])] == exported(run)
    assert ["gold.jsonl (taken back)", "gold.jsonl"] == [
        line.split("  ")[-1].strip() for line in run("import", "--list").out.splitlines()[1:]
    ]
    assert "No problems found.\n" == run("doctor").out


def test_what_taking_back_would_mean_is_said_without_a_change(gold: Path, run: Run) -> None:
    run("import", "gold.jsonl")
    db = ProjectPaths(gold.parent).db
    before = db.read_bytes()
    ran = run("import", "--undo", "--dry-run")

    assert ["This takes back 2 answers and 2 texts.", "Nothing was taken back: this is a dry run."] == (
        ran.out.splitlines()[1:]
    )
    assert before == db.read_bytes()


def test_answers_changed_since_are_told(gold: Path, run: Run) -> None:
    run("import", "gold.jsonl", "--annotator", "ann")
    with Store(ProjectPaths(gold.parent).db) as store:
        first = store.answers.standing()[0]
        store.answers.add(Answer("eve", first.text_id, "eve", "accept", scheme=first.scheme, retracts=first.id))
    said = run("import", "--undo").out.splitlines()

    assert [
        "This takes back 1 answer and 1 text.",
        "1 answer changed since by eve will stay.",
        "1 text will stay, answered or begun by somebody since.",
        "Took back 1 answer and 1 text.",
    ] == said[1:]


@pytest.mark.usefixtures("gold")
def test_an_import_is_named_by_number_or_file(run: Run) -> None:
    none = run("import", "--undo")
    run("import", "gold.jsonl")
    unknown = run("import", "--undo", "2")

    assert (1, "Error: There is no import to take back.") == (none.code, none.err.splitlines()[0])
    assert "Imports by earlier versions were not recorded." in none.err
    assert (1, "Error: There is no import 2.") == (unknown.code, unknown.err.splitlines()[0])
    assert 0 == run("import", "--undo", "gold.jsonl").code
    again = run("import", "--undo", "1")
    assert (1, "Error: Import 1 was taken back already.") == (again.code, again.err.splitlines()[0])


@pytest.mark.usefixtures("project")
def test_without_files_there_is_nothing_to_import(run: Run) -> None:
    assert 2 == run("import").code
    assert "There are no imports." in run("import", "--list").out


@pytest.mark.parametrize("is_training", [False, True])
def test_the_model_no_longer_has_what_it_learned_from_the_import(
    learned: ProjectPaths, settings: Settings, run: Run, is_training: bool
) -> None:
    rows = [{"text": f"a hub {n}", "spans": [{"start": 2, "end": 5, "label": "PART"}]} for n in range(10)]
    (learned.root / "gold.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    run("import", "gold.jsonl")
    with Store(learned.db) as store:
        finish(learned, settings, store)
    trainer = ProcessLock(learned.trainer_lock)
    assert not is_training or trainer.acquire()
    said = run("import", "--undo").out.splitlines()
    trainer.release()

    assert "2 rounds learned from these answers; they are trained again without them." in said
    assert [0, 1, 2, 3, *([4, 5] if is_training else [])] == Checkpoints(learned.models).rounds()
    with Store(learned.db) as store:
        finish(learned, settings, store)
        assert [5, 10, 15] == [info.answers for info in store.journal.rounds()]


def test_spans_that_came_in_cut_are_named_by_the_advice_until_they_are_taken_back(project: Path, run: Run) -> None:
    rows = [
        {"text": f"job {n}: hubs ok", "spans": [{"start": len(f"job {n}: "), "end": len(f"job {n}: hu"), "label": "A"}]}
        for n in range(8)
    ]
    (project / "cut.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    run("import", "cut.jsonl")
    run("import", "cut.jsonl")  # brings nothing new
    run("add", "-", stdin=b"another text\n")
    said = [line for line in run("status").out.splitlines() if "inside a token" in line]
    run("import", "--undo")
    (line,) = said

    assert line.startswith("advice   The model learns other spans than were annotated: 8 of 8 in import 1 had an edge")
    assert "`loop import --undo 1`" in line
    assert "inside a token" not in run("status").out
