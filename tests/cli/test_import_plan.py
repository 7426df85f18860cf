"""What an import says before it is done, and what it covers."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import spacy
from cli_running import Run
from spacy.tokens import DocBin

from loop.settings import ProjectPaths
from loop.store import Store
from loop.truth import of_texts

TEXT = "Ann saw Bob"


def span(label: str, start: int = 0, end: int = 3) -> dict[str, Any]:
    return {"start": start, "end": end, "label": label}


def lines(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def known(project: Path) -> dict[str, frozenset[str]]:
    """By text, the labels of which all spans are known."""
    with Store(ProjectPaths(project).db) as store:
        truths = of_texts(store.answers.standing(), store.journal.schemes())
        return {store.corpus.texts([id_])[0].text: truth.labels for id_, truth in truths.items()}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def as_docbin() -> bytes:
    doc = spacy.blank("xx")(TEXT)
    doc.set_ents([doc.char_span(0, 3, label="A")], default="outside")
    return DocBin(docs=[doc]).to_bytes()


RESULT = {"type": "labels", "value": {"start": 0, "end": 3, "text": "Ann", "labels": ["A"]}}
# The same gold in many formats: one span of A, and nothing about B.
ONE_LABEL: dict[str, Callable[[], bytes]] = {
    "spans.jsonl": lambda: lines({"text": TEXT, "spans": [span("A")]}).encode(),
    "prodigy.jsonl": lambda: lines(
        {"text": TEXT, "spans": [span("A")], "answer": "accept", "_view_id": "ner_manual"}
    ).encode(),
    "packed.jsonl.gz": lambda: gzip.compress(lines({"text": TEXT, "spans": [span("A")]}).encode()),
    "doccano.jsonl": lambda: lines({"text": TEXT, "label": [[0, 3, "A"]]}).encode(),
    "spacy2.json": lambda: json.dumps([[TEXT, {"entities": [[0, 3, "A"]]}]]).encode(),
    "studio.json": lambda: json.dumps([{"data": {"text": TEXT}, "annotations": [{"result": [RESULT]}]}]).encode(),
    "table.csv": lambda: ('text,spans\n"' + TEXT + '","' + json.dumps([span("A")]).replace('"', '""') + '"\n').encode(),
    "columns.conll": lambda: b"Ann B-A\nsaw O\nBob O\n",
    "universal.conllu": lambda: (
        b"1\tAnn\t_\t_\t_\t_\t_\t_\t_\tname=B-A\n2\tsaw\t_\t_\t_\t_\t_\t_\t_\t_\n3\tBob\t_\t_\t_\t_\t_\t_\t_\t_\n"
    ),
    "docs.spacy": as_docbin,
}


@pytest.mark.parametrize("name", ONE_LABEL)
def test_gold_of_one_label_says_nothing_about_another_whatever_its_format(project: Path, run: Run, name: str) -> None:
    (project / name).write_bytes(ONE_LABEL[name]())
    ran = run("import", name)

    assert f"No span of B in {name}: nothing is said about it there." in ran.out.splitlines()
    assert {TEXT: {"A"}} == known(project)


def test_an_import_says_what_it_means_before_it_is_done(project: Path, run: Run) -> None:
    rows = [
        {"text": TEXT, "spans": [span("A"), span("B", 8, 11)], "answer": "accept", "_annotator_id": "zoë"},
        {"text": "Nobody", "spans": [], "answer": "accept", "_annotator_id": "zoë"},
        {"text": "Cy", "spans": [span("A", 0, 2)], "answer": "reject", "_view_id": "ner"},
        {"text": "Eh", "spans": [], "answer": "ignore"},
    ]
    (project / "in.txt").write_text("Nobody\n")
    run("add", "in.txt")
    (project / "in.jsonl").write_text(lines(*rows))

    assert [
        "4 answers (2 complete, 1 about single spans, 1 skipped) by ann (2) and zoë (2), "
        "to 3 new texts and 1 known text.",
        "  label  spans     complete in",
        "  A          1  2 of 2 answers",
        "  B          1  2 of 2 answers",
        "Of the new answers, 3 train the model, 0 evaluate it (held out).",
        "Imported 4 answers and 3 new texts.",
    ] == run("import", "in.jsonl", "--annotator", "ann").out.splitlines()


def test_labels_say_what_all_files_were_annotated_for(project: Path, run: Run) -> None:
    (project / "in.jsonl").write_text(lines({"text": TEXT, "spans": [span("A")]}, {"text": "Cy", "spans": []}))
    ran = run("import", "in.jsonl", "--labels", "A,B")

    assert "No span of B: 2 texts will count as containing none." in ran.out.splitlines()
    assert {TEXT: {"A", "B"}, "Cy": {"A", "B"}} == known(project)


def test_each_file_speaks_for_the_labels_that_it_uses(project: Path, run: Run) -> None:
    (project / "a.jsonl").write_text(lines({"text": TEXT, "spans": [span("A")]}, {"text": "Cy", "spans": []}))
    (project / "b.jsonl").write_text(lines({"text": "Bob left", "spans": [span("B")]}))
    ran = run("import", "a.jsonl", "b.jsonl").out.splitlines()

    assert "No span of B in a.jsonl: nothing is said about it there." in ran
    assert "No span of A in b.jsonl: nothing is said about it there." in ran
    assert "If the files were annotated for more labels than they use, name all: --labels A,B." in ran
    assert {TEXT: {"A"}, "Cy": {"A"}, "Bob left": {"B"}} == known(project)


def test_a_yes_or_no_to_one_span_does_not_show_what_whole_texts_were_annotated_for(project: Path, run: Run) -> None:
    single = {"text": "Cy", "spans": [span("B", 0, 2)], "answer": "accept", "_view_id": "ner"}
    (project / "in.jsonl").write_text(lines({"text": TEXT, "spans": [span("A")]}, single))
    run("import", "in.jsonl")

    assert {TEXT: {"A"}, "Cy": frozenset()} == known(project)


def test_a_file_without_a_span_is_imported_if_it_is_said_for_which_labels(project: Path, run: Run) -> None:
    (project / "in.jsonl").write_text(lines({"text": "Nobody", "spans": []}))
    refused = run("import", "in.jsonl")

    assert 1 == refused.code
    assert "in.jsonl: has no span, so it does not show which labels it was annotated for." in refused.err
    assert "--labels A,B" in refused.err
    assert {} == known(project)
    assert 0 == run("import", "in.jsonl", "--labels", "B").code
    assert {"Nobody": {"B"}} == known(project)


def test_a_file_without_a_span_is_about_the_only_label_of_a_project(folder: Path, run: Run) -> None:
    run("init", "--labels", "A", "--base", "blank:xx")
    (folder / "in.jsonl").write_text(lines({"text": "Nobody", "spans": []}))

    assert 0 == run("import", "in.jsonl").code
    assert {"Nobody": {"A"}} == known(folder)


@pytest.mark.parametrize("form", ["jsonl", "spacy"])
def test_an_export_keeps_what_it_is_complete_for_in_a_project_with_more_labels(
    project: Path, run: Run, form: str
) -> None:
    (project / "in.jsonl").write_text(lines({"text": "Nobody", "spans": []}))
    run("import", "in.jsonl", "--labels", "A,B")
    run("export", f"out.{form}")
    run("-C", "more", "init", "--labels", "A,B,C", "--base", "blank:xx")

    assert 0 == run("-C", "more", "import", f"out.{form}").code
    assert {"Nobody": {"A", "B"}} == known(project / "more")


def test_answers_to_questions_about_other_labels_are_left_out(project: Path, run: Run) -> None:
    run("-C", "other", "init", "--labels", "C", "--base", "blank:xx")
    run("-C", "other", "import", "-", stdin=lines({"text": "Nobody", "spans": []}).encode())
    run("-C", "other", "export", "out.jsonl")
    (project / "in.jsonl").write_text(Path("out.jsonl").read_text() + lines({"text": TEXT, "spans": [span("A")]}))

    assert "Left out 1 answer to questions about other labels: line 1." in run("import", "in.jsonl").out.splitlines()
    assert {TEXT: {"A"}} == known(project)


def test_labels_of_a_file_get_the_names_of_the_project(project: Path, run: Run) -> None:
    rows = [
        {"text": TEXT, "spans": [span("FASHION_A"), span("MISC", 8, 11)]},
        {"text": "Cy", "spans": [span("MISC", 0, 2)], "answer": "reject", "_view_id": "ner"},
        {"text": "Di", "spans": [span("person", 0, 2)]},
    ]
    (project / "in.jsonl").write_text(lines(*rows))
    ran = run("import", "in.jsonl", "--map", "FASHION_A=A,MISC=", "--map", "person=B", "--map", "NOBODY=B")
    exported = [json.loads(line) for line in run("export", "-").out.splitlines()]

    assert "Left out 1 answer about spans that --map leaves out: line 2." in ran.out.splitlines()
    assert "No row has the label NOBODY (--map)." in ran.out.splitlines()
    assert {TEXT: [(0, 3, "A")], "Di": [(0, 2, "B")]} == {
        row["text"]: [(each["start"], each["end"], each["label"]) for each in row["spans"]] for row in exported
    }
    assert {TEXT: {"A", "B"}, "Di": {"A", "B"}} == known(project)


@pytest.mark.usefixtures("project")
def test_labels_merged_by_name_are_complete_only_where_both_were_asked_about(run: Run) -> None:
    run("-C", "two", "init", "--labels", "X,Y", "--base", "blank:xx")
    for labels, text in (("X", "Ann"), ("X,Y", "Bob")):
        row = lines({"text": text, "spans": []}).encode()
        run("-C", "two", "import", "--labels", labels, "-", stdin=row)
    run("-C", "two", "export", "out.jsonl")
    run("import", "out.jsonl", "--map", "X=A,Y=A")

    assert {"Bob": {"A"}} == known(Path())


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("pair", "problem"),
    [
        ("X", "--map X does not name two labels."),
        ("=A", "--map =A does not name two labels."),
        ("X=C", "--map X=C: there is no label C."),
        ("X=A,X=B", "--map gives X two names."),
    ],
)
def test_a_name_that_cannot_be_meant_is_refused(run: Run, pair: str, problem: str) -> None:
    ran = run("import", "-", "--map", pair, stdin=lines({"text": TEXT, "spans": [span("X")]}).encode())

    assert (1, True) == (ran.code, problem in ran.err)
    assert {} == known(Path())


def test_suggestions_get_the_names_of_the_project_too(project: Path, run: Run) -> None:
    (project / "in.jsonl").write_text(lines({"text": TEXT, "spans": [span("FASHION_A")]}))

    assert "If FASHION_A means A, pass --map FASHION_A=A." in run("add", "in.jsonl", "--suggest").err
    assert "1 span will be shown as suggestions." in run("add", "in.jsonl", "--suggest", "--map", "FASHION_A=A").out


def test_a_dry_run_changes_not_one_byte(project: Path, run: Run) -> None:
    (project / "in.jsonl").write_text(lines({"text": TEXT, "spans": [span("A")]}, {"text": "new"}))
    before = contents(project)
    ran = run("import", "in.jsonl", "--dry-run")

    assert ["1 text without annotations", "dry run"] == [
        words for words in ("1 text without annotations", "dry run") if words in ran.out
    ]
    assert "  A          1  1 of 1 answer" in ran.out.splitlines()
    assert before == contents(project)


def test_what_a_dry_run_says_is_what_the_import_says(project: Path, run: Run) -> None:
    (project / "in.jsonl").write_text(lines({"text": TEXT, "spans": [span("A")]}, {"text": "Cy", "spans": []}))
    planned = run("import", "in.jsonl", "--dry-run").out.splitlines()

    assert planned[:-1] == run("import", "in.jsonl").out.splitlines()[: len(planned) - 1]


def test_a_dry_run_refuses_what_the_import_would_refuse(project: Path, run: Run) -> None:
    (project / "in.jsonl").write_text(lines({"text": TEXT, "spans": [span("A")]}))
    run("import", "in.jsonl")
    empty = lines({"text": TEXT, "spans": []}).encode()
    planned, done = (run("import", "-", "--labels", "A", *dry, stdin=empty) for dry in (["--dry-run"], []))

    assert (1, planned.err) == (planned.code, done.err)
    assert "1 of the texts have different answers" in done.err


def test_known_answers_that_are_complete_for_more_labels_are_told(project: Path, run: Run) -> None:
    (project / "in.jsonl").write_text(lines({"text": TEXT, "spans": [span("A")]}))
    run("import", "in.jsonl", "--labels", "A,B")
    ran = run("import", "in.jsonl", "--labels", "A")

    assert "1 known answer stays complete for more labels than these." in ran.out.splitlines()
    assert {TEXT: {"A", "B"}} == known(project)


def test_a_file_that_is_imported_again_for_more_labels_says_more(project: Path, run: Run) -> None:
    (project / "in.jsonl").write_text(lines({"text": TEXT, "spans": [span("A")]}, {"text": "Cy", "spans": []}))
    said = [run("import", "in.jsonl", *labels).out.splitlines()[-1] for labels in ([], *[["--labels", "A,B"]] * 2)]

    assert ["Imported 2 answers and 2 new texts."] == said[:1]
    assert ["Imported 2 answers and 0 new texts.", "Imported 0 answers and 0 new texts."] == said[1:]
    assert {TEXT: {"A", "B"}, "Cy": {"A", "B"}} == known(project)
    run("import", "--undo")
    assert {TEXT: {"A"}, "Cy": {"A"}} == known(project)
    assert "Imported 2 answers and 0 new texts." in run("import", "in.jsonl", "--labels", "A,B").out
    assert {TEXT: {"A", "B"}, "Cy": {"A", "B"}} == known(project)


def test_answers_held_out_in_the_file_evaluate_and_their_groups_do_not_train(project: Path, run: Run) -> None:
    rows = [
        {"text": text, "spans": [span("A")], "answer": "accept", "_loop": {"group": "g", "held_out": held}}
        for text, held in (("Ann", True), ("Bob", False))
    ]
    (project / "in.jsonl").write_text(lines(*rows, {"text": "Eve", "spans": [span("A")]}))

    assert (
        "Of the new answers, 1 train the model, 1 evaluate it (held out)." in run("import", "in.jsonl").out.splitlines()
    )


def test_many_files_and_annotators_are_named_in_part(project: Path, run: Run) -> None:
    for n in range(12):
        row = {"text": f"Ann {n}", "spans": [span("A")], "answer": "accept", "_annotator_id": f"p{n:02}"}
        (project / f"{n:02}.jsonl").write_text(lines(row))
    ran = run("import", "*.jsonl").out.splitlines()

    assert f"12 answers by {', '.join(f'p{n:02} (1)' for n in range(10))} and 2 others, to 12 new texts." == ran[0]
    assert "No span of B in 00.jsonl, 01.jsonl, 02.jsonl and 9 more files: nothing is said about it there." in ran


@pytest.mark.usefixtures("project")
def test_scripts_are_asked_nothing(run: Run) -> None:
    ran = run("import", "-", stdin=lines({"text": TEXT, "spans": [span("A")]}).encode())

    assert (0, "", "Imported 1 answer and 1 new text.") == (ran.code, ran.err, ran.out.splitlines()[-1])
