from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_running import Run

ROWS = [
    {"text": "Ann met Bob", "answer": "accept", "spans": [{"start": 0, "end": 3, "label": "A"}], "_annotator_id": "ann",
     "_loop": {"at": "2026-01-01T10:00:00+00:00", "id": "one"}, "_view_id": "ner_manual"},
    {"text": "Bob left", "answer": "accept", "spans": [{"start": 0, "end": 3, "label": "B"}], "_annotator_id": "bob",
     "_loop": {"at": "2026-02-01T10:00:00+00:00", "id": "two", "held_out": True}, "_view_id": "ner_manual"},
    {"text": "Rome fell", "answer": "reject", "spans": [{"start": 0, "end": 4, "label": "A"}], "_annotator_id": "bob",
     "_loop": {"at": "2026-03-01T10:00:00+00:00", "id": "three"}, "_view_id": "ner"},
]  # fmt: skip


@pytest.fixture
def answered(folder: Path, run: Run, built_once: Callable[[Callable[[], object]], None]) -> Path:
    """A project with three answers."""

    def build() -> None:
        assert 0 == run("init", "--labels", "A,B", "--base", "blank:xx").code
        (folder / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
        assert 0 == run("import", "in.jsonl").code

    built_once(build)
    return folder


def ids(out: str) -> list[str]:
    return [json.loads(line)["_loop"]["id"] for line in out.splitlines()]


@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], ["one", "two", "three"]),
        (["--annotator", "bob"], ["two", "three"]),
        (["--annotator", "bob", "--annotator", "ann", "--label", "A"], ["one", "three"]),
        (["--since", "2026-02-01T10:00:00+00:00"], ["two", "three"]),
        (["--since", "2026-01-15", "--until", "2026-02-15"], ["two"]),
        (["--complete"], ["one", "two"]),
        (["--partial"], ["three"]),
        (["--held-out"], ["two"]),
        (["--not-held-out", "--label", "B"], []),
    ],
)
def test_only_answers_that_meet_every_condition_go_out(run: Run, options: list[str], expected: list[str]) -> None:
    assert expected == ids(run("export", "-", *options).out)


@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize(
    "options", [["--since", "soon"], ["--splits", "1,2"], ["--splits", "0,0,0"], ["--format", "doc"]]
)
def test_what_cannot_be_meant_is_refused_with_an_example(run: Run, options: list[str]) -> None:
    ran = run("export", "out.jsonl", *options)

    assert 1 == ran.code
    assert len(ran.err.splitlines()) == 2
    assert not Path("out.jsonl").exists()


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("out.json", b'[\n{"text":"Ann met Bob"'),
        ("out.csv", b'"text","spans"'),
        ("out.tsv", b'"text"\t"spans"'),
        ("out.txt", b"Ann met Bob\n"),
        ("out.conll", b"Ann -X- _ B-A\nmet -X- _ O\n"),
        ("out.parquet", b"PAR1"),
        ("out.spacy", b"x"),
    ],
)
def test_the_ending_says_the_format(answered: Path, run: Run, name: str, begins: bytes) -> None:
    assert 0 == run("export", name).code
    assert (answered / name).read_bytes().startswith(begins)


@pytest.mark.usefixtures("answered")
def test_what_a_format_cannot_hold_is_counted(run: Run) -> None:
    out = run("export", "out.conll").out

    assert ["Wrote 2 answers.", "Left out, since the format cannot hold them: 1 answer."] == out.splitlines()


@pytest.mark.parametrize("name", ["out.jsonl.gz", "out.json", "out.csv", "out.tsv.gz", "out.parquet"])
def test_an_export_in_any_whole_format_imported_elsewhere_is_the_same(answered: Path, run: Run, name: str) -> None:
    run("export", "first.jsonl")
    run("export", name)
    assert 0 == run("-C", "two", "init", "--labels", "A,B").code
    assert 0 == run("-C", "two", "import", name).code
    run("-C", "two", "export", "second.jsonl")

    assert (answered / "first.jsonl").read_bytes() == (answered / "second.jsonl").read_bytes()


def test_the_same_answers_packed_twice_are_the_same_bytes(answered: Path, run: Run) -> None:
    run("export", "a.jsonl.gz")
    run("export", "b.jsonl.gz")

    assert (answered / "a.jsonl.gz").read_bytes() == (answered / "b.jsonl.gz").read_bytes()
    assert 3 == gzip.decompress((answered / "a.jsonl.gz").read_bytes()).count(b"\n")


def test_where_a_text_comes_from_goes_out_and_stays(answered: Path, run: Run) -> None:
    run("export", "first.jsonl")
    rows = [json.loads(line) for line in (answered / "first.jsonl").read_text().splitlines()]

    assert [("in.jsonl", 1), ("in.jsonl", 2), ("in.jsonl", 3)] == [
        (row["_loop"]["source"], row["_loop"]["line"]) for row in rows
    ]


def test_texts_of_a_split_never_move_as_the_project_grows(project: Path, run: Run) -> None:
    def part(name: str) -> set[str]:
        return {json.loads(line)["text"] for line in (project / f"all.{name}.jsonl").read_text().splitlines()}

    def imported(numbers: range) -> None:
        rows = [{"text": f"text {n}", "spans": [], "_loop": {"group": f"g{n // 3}"}} for n in numbers]
        (project / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        assert 0 == run("import", "--labels", "A,B", "in.jsonl").code
        assert 0 == run("export", "all.jsonl", "--splits", "50,25,25", "--force").code

    imported(range(60))
    before = {name: part(name) for name in ("train", "dev", "test")}
    imported(range(60, 240))
    after = {name: part(name) for name in ("train", "dev", "test")}

    assert all(before[name] < after[name] for name in before)
    assert 240 == sum(map(len, after.values()))
    assert all(len({int(text.split()[1]) // 3 for text in texts}) * 3 == len(texts) for texts in after.values())


@pytest.mark.usefixtures("answered")
def test_parts_are_not_written_over_files_nor_to_standard_output(run: Run) -> None:
    Path("all.dev.jsonl").write_text("mine")

    assert (1, 1) == (
        run("export", "all.jsonl", "--splits", "1,1,1").code,
        run("export", "-", "--splits", "1,1,1").code,
    )
    assert not Path("all.train.jsonl").exists()


def test_why_and_by_which_round_a_text_was_chosen_goes_out(project: Path, run: Run) -> None:
    from loop.records import Answer
    from loop.store import Store

    run("add", "-", stdin=b"one two\n")
    with Store(project / "data" / "loop.db") as store:
        question = store.questions.head("ann")
        assert question is not None
        store.journal.scheme(["A", "B"])
        store.answers.add(Answer("x", question.text.id, "ann", "accept", scheme=1, question_id=question.id), question)
    run("export", "first.jsonl")
    row = json.loads((project / "first.jsonl").read_text())
    run("-C", "two", "init", "--labels", "A,B")
    run("-C", "two", "import", "first.jsonl")
    run("-C", "two", "export", "second.jsonl")

    why = {"reason": question.reason, "round": 0, "entropy": None}
    assert {"id": question.id, "stream": question.stream, "share": question.stream} | why == row["_loop"]["question"]
    assert (project / "first.jsonl").read_bytes() == (project / "second.jsonl").read_bytes()


@pytest.mark.usefixtures("project")
def test_an_ending_that_no_format_goes_by_is_refused_unless_one_is_named(run: Run) -> None:
    refused = run("export", "out.xlsx")

    assert (1, True) == (refused.code, "No format has the ending .xlsx" in refused.err)
    assert not Path("out.xlsx").exists()
    assert 0 == run("export", "out.xlsx", "--format", "jsonl").code
