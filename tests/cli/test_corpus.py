from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from cli_running import Run


def test_texts_are_added_and_what_is_left_out_is_counted(project: Path, run: Run) -> None:
    (project / "in.txt").write_text("one\ntwo\n")
    (project / "in.jsonl").write_text(
        '{"text": "two"}\n{"text": " "}\n{"text": "three", "spans": []}\n{"text": "x", "answer": "ignore"}\n'
    )

    assert "Added 2 texts as batch 1.\n" == run("add", "in.txt").out
    assert [
        "Added 2 texts as batch 2.",
        "Skipped 1 known text.",
        "Left out 1 blank text.",
        "1 text had spans or answers, which `loop import` would keep.",
    ] == run("add", "in.jsonl").out.splitlines()
    assert "all texts are already known" in run("add", "in.txt").out


@pytest.mark.usefixtures("project")
def test_texts_come_from_standard_input(run: Run) -> None:
    assert "Added 2 texts" in run("add", "-", stdin="eins\nzwei ä\n".encode()).out
    assert "from stdin" in run("status").out


def test_a_csv_needs_the_name_of_its_column(project: Path, run: Run) -> None:
    (project / "in.csv").write_text("id,body\n1,secret\n")
    refused = run("add", "in.csv")

    assert (1, True) == (refused.code, "--text-field" in refused.err)
    assert "secret" not in refused.err
    assert "Added 1 text " in run("add", "in.csv", "--text-field", "body").out


def test_a_bad_line_is_named_and_nothing_is_added(project: Path, run: Run) -> None:
    (project / "in.jsonl").write_text('{"text": "good"}\n{"text": "secret}\n')
    ran = run("add", "in.jsonl")

    assert 1 == ran.code
    assert "Error: in.jsonl, line 2: is not valid JSON" in ran.err
    assert "secret" not in ran.err
    assert 0 == json.loads(run("status", "--json").out)["texts"]


@pytest.mark.usefixtures("project")
def test_a_name_of_a_file_cannot_move_the_cursor(run: Run) -> None:
    ran = run("add", "no\x1b[2J[bold]\nsuch.txt")

    assert "no␛[2J[bold]⏎such.txt: cannot be read" in ran.err


def test_a_file_whose_name_is_no_utf8_can_be_added(project: Path, run: Run) -> None:
    name = os.fsdecode(b"a\xff.txt")
    (project / name).write_text("one\n")

    assert "Added 1 text " in run("add", name).out
    assert r"from a\xff.txt" in run("status").out


@pytest.mark.usefixtures("project")
def test_a_batch_is_taken_back(run: Run) -> None:
    run("add", "-", stdin=b"one\ntwo\n")

    assert "Removed 2 texts of batch 1.\n" == run("remove", "--batch", "1").out
    assert 1 == run("remove", "--batch", "1").code


@pytest.mark.usefixtures("project")
def test_the_answered_texts_of_a_batch_stay(run: Run) -> None:
    run("add", "-", stdin=b"one\ntwo\n")
    run("import", "--labels", "A", "-", stdin=b'{"text": "one", "spans": []}')

    assert ["Removed 1 text of batch 1.", "Kept, since answered: 1 text."] == run(
        "remove", "--batch", "1"
    ).out.splitlines()


@pytest.mark.parametrize(
    "line", ["add", "remove", "add x --split word", "remove --batch x", f"remove --batch {10**20}", "x"]
)
@pytest.mark.usefixtures("project")
def test_wrong_usage_exits_with_2(run: Run, line: str) -> None:
    assert 2 == run(*line.split()).code


def test_texts_that_the_model_is_scored_on_are_never_asked_about_nor_learned_from(folder: Path, run: Run) -> None:
    (folder / "gold.jsonl").write_text('{"text": "one", "spans": [{"start": 0, "end": 3, "label": "A"}]}\n')
    (folder / "in.txt").write_text("one\ntwo\n")
    ran = run("init", "--labels", "A", "--eval", "gold.jsonl", "in.txt")
    imported = run("import", "gold.jsonl")

    assert "Left out 1 text held out for evaluation, or of a group that is." in ran.out.splitlines()
    assert "texts    1, 1 of them unanswered; 1 question waiting" in run("status").out
    assert "Imported 0 answers and 0 new texts." in imported.out


@pytest.fixture
def scored(folder: Path, run: Run) -> Run:
    """A project that is scored on a text of two sentences, and on one of a group."""
    gold = [{"text": "Ann left. Bob came.", "spans": []}, {"text": "one", "_loop": {"group": "p1"}, "spans": []}]
    (folder / "gold.jsonl").write_text("".join(json.dumps(row) + "\n" for row in gold))
    run("init", "--labels", "A", "--eval", "gold.jsonl")
    return run


def test_pieces_of_a_text_that_the_model_is_scored_on_stay_out_too(scored: Run) -> None:
    added = scored("add", "--split", "sentence", "-", stdin=b'{"text": "Ann left. Bob came."}\n{"text": "Eve. Joe."}\n')

    assert "Added 2 texts as batch 1." in added.out
    assert "Left out 1 text held out for evaluation, or of a group that is." in added.out


def test_texts_of_a_group_that_the_model_is_scored_on_stay_out_too(scored: Run) -> None:
    rows = b'{"text": "two", "patient": "p1", "spans": []}\n{"text": "three", "patient": "p2", "spans": []}\n'
    added = scored("add", "--group", "patient", "-", stdin=rows)
    imported = scored("import", "-", stdin=b'{"text": "four", "_loop": {"group": "p1"}, "spans": []}\n')

    assert "Added 1 text as batch 1." in added.out
    assert "Left out 1 text held out for evaluation, or of a group that is." in added.out
    assert [*added.out.splitlines()[1:2], "Imported 0 answers and 0 new texts."] == imported.out.splitlines()
