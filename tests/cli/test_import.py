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
ONE_A = b'{"text": "a", "spans": [{"start": 0, "end": 1, "label": "A"}]}'
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

    assert ["Widened 2 spans to whole tokens: lines 1 and 4.", "Imported 4 answers and 3 new texts."] == (
        run("import", "in.jsonl").out.splitlines()[-2:]
    )
    assert "Skipped 4 known answers." in run("import", "in.jsonl").out


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("labels", "problem", "hint"),
    [("A,C", "There is no label C.", "A, B"), ("B", "stdin, line 1: has the label A", "--labels")],
)
def test_the_labels_of_an_import_are_those_of_the_project_and_of_its_spans(run: Run, labels, problem, hint) -> None:
    ran = run("import", "--labels", labels, "-", stdin=ONE_A)

    assert 1 == ran.code
    assert problem in ran.err
    assert hint in ran.err
    assert "" == run("export", "-").out


@pytest.mark.usefixtures("project")
def test_what_an_answer_is_complete_for_comes_out_and_in_again(run: Run) -> None:
    run("import", "--labels", "A", "-", stdin=ONE_A)
    run("export", "out.jsonl")
    run("export", "out.spacy")
    for format in ("jsonl", "spacy"):
        run("-C", format, "init", "--labels", "A,B")
        run("-C", format, "import", f"out.{format}")
        run("-C", format, "export", f"{format}.jsonl")

        assert Path("out.jsonl").read_bytes() == Path(f"{format}.jsonl").read_bytes()


TWICE = [{"text": "Ann", "spans": [{"start": 0, "end": 3, "label": "A"}]}, {"text": "Ann", "spans": []}]


def lines(*rows: dict[str, Any]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


@pytest.mark.usefixtures("project")
def test_two_answers_of_one_person_to_a_text_are_refused_unless_the_last_one_is_to_stand(run: Run) -> None:
    refused = run("import", "-", stdin=lines(*TWICE))

    assert 1 == refused.code
    assert "stdin, line 2: answers the same text as line 1, but differently, by the same annotator" in refused.err
    assert "--last" in refused.err
    assert "" == run("export", "-").out
    ran = run("import", "--last", "--labels", "A,B", "-", stdin=lines(*TWICE))
    assert ["Left out 1 answer replaced by a later row: line 1.", "Imported 1 answer and 1 new text."] == (
        ran.out.splitlines()[-2:]
    )
    assert [] == json.loads(run("export", "-").out)["spans"]


@pytest.mark.usefixtures("project")
def test_the_same_answers_of_two_people_are_two_and_those_of_one_come_in_once(run: Run) -> None:
    said = [
        run("import", "-", "--annotator", name, stdin=lines(TWICE[0], TWICE[0])).out.splitlines()
        for name in ("alice", "bob", "alice", "bob")
    ]
    rows = [json.loads(line) for line in run("export", "-").out.splitlines()]

    assert ["Imported 1 answer and 1 new text.", "Imported 1 answer and 0 new texts."] == [s[-1] for s in said[:2]]
    assert ["Imported 0 answers and 0 new texts."] * 2 == [last for *_, last in said[2:]]
    assert ["alice", "bob"] == [row["_annotator_id"] for row in rows]
    assert 2 == len({row["_loop"]["id"] for row in rows})


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("named", ["_annotator_id", "_session_id"])
def test_people_who_are_named_in_the_rows_may_differ_and_agree(run: Run, named: str) -> None:
    rows = [dict(row, **{named: name, "answer": "accept"}) for row in (*TWICE, TWICE[0]) for name in ("alice", "bob")]
    ran = run("import", "-", stdin=lines(rows[0], rows[3], rows[4]))

    assert ["Skipped 1 known answer.", "Imported 2 answers and 1 new text."] == ran.out.splitlines()[-2:]


@pytest.mark.usefixtures("project")
def test_annotations_of_a_task_are_two_answers_if_two_people_made_them(run: Run) -> None:
    result = {"type": "labels", "value": {"start": 0, "end": 3, "text": "Ann", "labels": ["A"]}}
    first, second = ({"completed_by": who, "result": result} for who, result in ((1, [result]), (2, [])))
    task = {"id": 1, "data": {"text": "Ann"}, "annotations": [first, second]}
    alone = dict(task, annotations=[first, dict(second, completed_by=1)])
    refused = run("import", "-", stdin=json.dumps(alone).encode())

    assert "stdin, line 1: holds two different answers, by the same annotator (1)." in refused.err
    assert "Imported 2 answers" in run("import", "-", stdin=json.dumps(task).encode()).out


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
    run("import", "-", stdin=ONE_A)

    assert (1, "precious") == (run("export", "corpus.jsonl").code, (project / "corpus.jsonl").read_text())
    assert "Wrote 1 answer.\n" == run("export", "corpus.jsonl", "--force").out


@pytest.mark.usefixtures("project")
def test_an_import_takes_nobodys_answers_away_unless_it_may(run: Run) -> None:
    span = {"start": 0, "end": 3, "label": "A"}
    run("import", "-", stdin=json.dumps({"text": "Ann", "spans": [span]}).encode())
    empty = json.dumps({"text": "Ann", "spans": []}).encode()
    refused = run("import", "--labels", "A", "-", stdin=empty)

    assert 1 == refused.code
    assert "1 of the texts have different answers by" in refused.err
    assert "--replace" in refused.err
    assert [span] == [{k: s[k] for k in span} for s in json.loads(run("export", "-").out)["spans"]]
    ran = run("import", "--replace", "--labels", "A", "-", stdin=empty)
    assert "They replace different answers of the same annotators to 1 text." in ran.out.splitlines()
    assert [] == json.loads(run("export", "-").out)["spans"]


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(("label", "alike"), [("a", True), ("C", False)])
def test_a_label_that_the_project_lacks_is_named_and_one_that_is_nearly_the_same(run: Run, label: str, alike: bool):
    row = {"text": "Ann", "spans": [{"start": 0, "end": 3, "label": label}]}
    refused = run("import", "-", stdin=json.dumps(row).encode())

    assert 1 == refused.code
    assert f"answers with the label {label}, which is not a label of the project" in refused.err
    assert f"`loop labels add {label}`" in refused.err
    assert alike == (f"If {label} means A, pass --map {label}=A." in refused.err)
