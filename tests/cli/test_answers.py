from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from cli_running import Run

ROWS: list[dict[str, Any]] = [
    {
        "text": "Ann met Bob in Rome.",
        "meta": {"n": 1},
        "_input_hash": 1,
        "_task_hash": -2,
        "_view_id": "ner_manual",
        "spans": [{"start": 0, "end": 3, "label": "A"}, {"start": 9, "end": 11, "label": "B"}],
        "answer": "accept",
    },
    {"text": "Nobody’s here", "_view_id": "ner_manual", "answer": "accept", "_annotator_id": "zoë"},
    {"text": "Unclear", "_view_id": "ner_manual", "spans": [], "answer": "ignore"},
    {
        "text": "Ann met Bob in Rome.",
        "spans": [{"start": 8, "end": 10, "label": "A", "answer": "reject"}],
        "answer": "reject",
        "_timestamp": 1.5e9,
    },
]  # fmt: skip
SHARED = Path(os.environ.get("LOOP_DATA", "../shared/data")) / "prodigy_exports"
REAL = sorted(file.resolve() for file in SHARED.glob("annotated_*.jsonl"))


def write(path: Path) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))


def exported_again(run: Run, files: list[Path], labels: str) -> tuple[bytes, bytes]:
    run("-C", "one", "init", "--labels", labels)
    assert 0 == run("-C", "one", "import", *files).code
    run("-C", "one", "export", "one.jsonl")
    run("-C", "two", "init", "--labels", labels)
    assert 0 == run("-C", "two", "import", "one.jsonl").code
    run("-C", "two", "export", "two.jsonl")
    return Path("one.jsonl").read_bytes(), Path("two.jsonl").read_bytes()


def test_an_export_imported_elsewhere_is_exported_byte_for_byte(folder: Path, run: Run) -> None:
    write(folder / "in.jsonl")
    one, two = exported_again(run, [folder / "in.jsonl"], "A,B")

    assert 4 == one.count(b"\n")
    assert one == two


@pytest.mark.skipif(not REAL, reason="needs the exports by Prodigy, which are not part of the repository")
def test_every_row_of_real_exports_comes_in_and_out_byte_for_byte(run: Run) -> None:
    one, two = exported_again(run, REAL, "PRODUCT,ORG,PERSON,LOCATION")

    assert 2_173 == one.count(b"\n")
    assert one == two


def test_import_says_what_became_of_the_rows(project: Path, run: Run) -> None:
    write(project / "in.jsonl")

    assert [
        "Imported 4 answers and 3 new texts.",
        "Widened 2 spans to whole tokens: lines 1 and 4.",
    ] == run("import", "in.jsonl").out.splitlines()
    assert "Left out, since known already: 4 answers." in run("import", "in.jsonl").out


@pytest.mark.usefixtures("project")
def test_labels_that_were_perhaps_never_asked_about_are_named(run: Run) -> None:
    ran = run("import", "-", stdin=b'{"text": "a", "spans": [{"start": 0, "end": 1, "label": "A"}]}')

    assert "No answer for a whole text has B" in ran.out


def test_rows_come_out_by_text_with_tokens_and_names(project: Path, run: Run) -> None:
    write(project / "in.jsonl")
    run("import", "in.jsonl", "--annotator", "me")
    rows = [json.loads(line) for line in run("export", "-").out.splitlines()]

    assert [0, 0, 1, 2] == [[row["text"] for row in ROWS].index(row["text"]) for row in rows]
    assert {"start": 8, "end": 11, "label": "B", "token_start": 2, "token_end": 2} == next(
        row["spans"][1] for row in rows if len(row["spans"]) == 2
    )
    assert ["me", "me", "zoë", "me"] == [row["_annotator_id"] for row in rows]
    assert [(1, -2)] == [
        (row["_input_hash"], row["_task_hash"]) for row in rows if row["_loop"]["id"].startswith("prod")
    ]


@pytest.mark.usefixtures("project")
def test_a_label_that_the_project_lacks_stops_the_import(run: Run) -> None:
    ran = run("import", "-", stdin=b'{"text": "secret", "spans": [{"start": 0, "end": 1, "label": "C"}]}')

    assert 1 == ran.code
    assert "stdin, line 1: answers with the label C" in ran.err
    assert "secret" not in ran.err


def test_a_file_that_is_there_is_replaced_only_by_force(project: Path, run: Run) -> None:
    (project / "corpus.jsonl").write_text("precious")
    run("import", "-", stdin=b'{"text": "a", "spans": []}')

    assert (1, "precious") == (run("export", "corpus.jsonl").code, (project / "corpus.jsonl").read_text())
    assert "Wrote 1 answer.\n" == run("export", "corpus.jsonl", "--force").out


@pytest.mark.usefixtures("project")
def test_an_import_takes_nobodys_answers_away_unless_it_may(run: Run) -> None:
    span = {"start": 0, "end": 3, "label": "A"}
    run("import", "-", stdin=json.dumps({"text": "Ann", "spans": [span]}).encode())
    empty = json.dumps({"text": "Ann", "spans": []}).encode()
    refused = run("import", "-", stdin=empty)

    assert 1 == refused.code
    assert "1 of the texts were answered otherwise by" in refused.err
    assert "--replace" in refused.err
    assert [span] == [{k: s[k] for k in span} for s in json.loads(run("export", "-").out)["spans"]]
    assert 0 == run("import", "--replace", "-", stdin=empty).code
    assert [] == json.loads(run("export", "-").out)["spans"]


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(("label", "alike"), [("a", True), ("C", False)])
def test_a_label_that_the_project_lacks_is_named_and_one_that_is_nearly_the_same(run: Run, label: str, alike: bool):
    row = {"text": "Ann", "spans": [{"start": 0, "end": 3, "label": label}]}
    refused = run("import", "-", stdin=json.dumps(row).encode())

    assert 1 == refused.code
    assert f"answers with the label {label}, which is none of the project's" in refused.err
    assert f"`loop labels add {label}`" in refused.err
    assert alike == (f"If {label} means A, call it so in the file." in refused.err)
