from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_running import Run

from loop.editing.draft import relabeled
from loop.project import finish_relabeling
from loop.settings import ProjectPaths, load_settings
from loop.store import Store
from loop.truth import of_texts

ANSWER = b'{"text": "one two", "spans": [{"start": 0, "end": 3, "label": "A"}, {"start": 4, "end": 7, "label": "B"}]}'
NOTES = '\n[labels]\nA = {"description": "first",\n    "examples": ["one"]}\nB = "second"\n'


@pytest.fixture
def annotated(project: Path, run: Run) -> Path:
    """A project with one answer, notes about its labels, and a pattern for each."""
    cfg = project / "loop.cfg"
    *_, rest = cfg.read_text().partition("[project]")
    cfg.write_text("# mine\n[project]" + rest.partition("\n[labels]")[0] + NOTES)
    (project / "patterns.jsonl").write_text('{"label": "A", "pattern": "x"}\n\n{"label": "B", "pattern": "y"}\n')
    assert 0 == run("import", "-", stdin=ANSWER).code
    return project


def guidelines(project: Path) -> str:
    return (project / "guidelines.md").read_text()


def test_the_sections_of_the_guidelines_follow_a_new_name(annotated: Path, run: Run) -> None:
    (annotated / "guidelines.md").write_text("# Ours\n\n## A\r\nAn apple is one.\n### A ##\n## B\n#A\n")
    ran = run("labels", "rename", "A", "FRUIT")

    assert b"## FRUIT\r\nAn apple is one.\n### FRUIT ##\n## B\n#A\n" in (annotated / "guidelines.md").read_bytes()
    assert "guidelines.md still mentions A in line 7: change it there if it means the label." in ran.out


@pytest.mark.parametrize("command", ["merge A B --yes", "remove A --yes"])
def test_what_the_guidelines_say_of_a_label_that_is_gone_stays_and_is_told(annotated: Path, run: Run, command) -> None:
    (annotated / "guidelines.md").write_text(before := "## A\nB is none.\n## B\nAB or A.\n")
    ran = run("labels", *command.split())

    assert before == guidelines(annotated)
    assert "guidelines.md still mentions A in line 1, 4: change it there if it means the label." in ran.out


def test_nothing_is_said_of_guidelines_that_do_not_name_the_label(annotated: Path, run: Run) -> None:
    (annotated / "guidelines.md").unlink()

    assert "guidelines" not in run("labels", "rename", "A", "C").out


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("rename A FRUIT", ("X=FRUIT", "Y=B")),
        ("merge A B --yes", ("X=B", "Y=B")),
        ("remove A --yes", ("Y=B",)),
        ("add C", ("X=A", "Y=B")),
    ],
)
def test_what_another_pipeline_calls_labels_follows(annotated: Path, run: Run, command: str, names) -> None:
    cfg = annotated / "loop.cfg"
    cfg.write_text(cfg.read_text().replace("names = []", 'names = ["X=A", "Y=B"]'))
    run("labels", *command.split())

    assert names == load_settings(annotated).suggest.names


def exported(run: Run) -> list[str]:
    rows = [json.loads(line) for line in run("export", "-").out.splitlines()]
    return [span["label"] for row in rows for span in row["spans"]]


def patterns(project: Path) -> list[str]:
    lines = (project / "patterns.jsonl").read_text().splitlines()
    return [json.loads(line)["label"] for line in lines if line]


@pytest.mark.parametrize(
    ("command", "labels", "notes", "found"),
    [
        ("rename A C", ("C", "B"), {"C": "first", "B": "second"}, ["C", "B"]),
        ("merge A B --yes", ("B",), {"B": "second"}, ["B", "B"]),
        ("merge B A --yes", ("A",), {"A": "first"}, ["A", "A"]),
        ("remove A --yes", ("B",), {"B": "second"}, ["B"]),
    ],
)
def test_settings_patterns_and_exports_follow(annotated: Path, run: Run, command, labels, notes, found) -> None:
    ran = run("labels", *command.split())
    settings = load_settings(annotated)

    assert (0, "") == (ran.code, ran.err)
    assert f"Labels now: {', '.join(labels)}." in ran.out
    assert labels == settings.project.labels
    assert notes == {label: note.description for label, note in settings.labels.items()}
    assert found == patterns(annotated)
    assert found == exported(run)
    assert "# mine" in (annotated / "loop.cfg").read_text()


@pytest.mark.parametrize(
    ("command", "problem", "hint"),
    [
        ("rename X C", "There is no label X", "A, B"),
        ("rename A B", "There is already a label B", "merge A B"),
        ("rename A base:A", "base:", "A, B"),
        ("merge A X", "There is no label X", "A, B"),
        ("merge A A", "into itself", ""),
        ("remove X", "There is no label X", "A, B"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(project: Path, run: Run, command, problem, hint) -> None:
    ran = run("labels", *command.split())

    assert 1 == ran.code
    assert problem in ran.err
    assert hint in ran.err
    assert ("A", "B") == load_settings(project).project.labels


def test_a_label_with_spans_goes_only_when_it_is_meant(annotated: Path, run: Run) -> None:
    ran = run("labels", "remove", "A")

    assert (1, True) == (ran.code, "--yes" in ran.err)
    assert ("A", "B") == load_settings(annotated).project.labels
    assert ["A", "B"] == exported(run)


def test_a_merge_says_what_becomes_of_answers_and_asks(annotated: Path, run: Run) -> None:
    refused = run("labels", "merge", "A", "B")

    assert (1, "1 span of A will become B.\n") == (refused.code, refused.out)
    assert "--yes" in refused.err
    assert ["A", "B"] == exported(run)


def test_a_new_label_merged_into_an_older_one_leaves_what_is_known_of_that(annotated: Path, run: Run) -> None:
    run("labels", "add", "X")
    refused = run("labels", "merge", "X", "B")

    assert 1 == refused.code
    assert [
        "1 answer covered only one of the two. Their spans stay; whether those texts contain more B "
        "is unknown until they are asked about again.",
        "X has no span: `loop labels remove X` removes it and changes nothing else.",
    ] == refused.out.splitlines()
    assert 0 == run("labels", "merge", "X", "B", "--yes").code
    with Store(ProjectPaths(annotated).db) as store:
        (truth,) = of_texts(store.answers.training(), store.journal.schemes()).values()
        assert ({"A"}, {"A", "B"}) == (truth.labels, {span.label for span in truth.spans})
        assert [("A", "B")] * 3 == [store.journal.naming().in_force(version)[:2] for version in (1, 2, 3)]


def test_the_last_label_stays(project: Path, run: Run) -> None:
    run("labels", "remove", "A")
    ran = run("labels", "remove", "B")

    assert 1 == ran.code
    assert "needs at least one label" in ran.err


def test_files_that_were_not_reached_before_a_kill_follow_with_the_next_command(annotated: Path, run: Run) -> None:
    paths = ProjectPaths(annotated)
    with Store(paths.db) as store:
        store.relabel(("C", "B"), {"A": "C"}, draft=relabeled)
    ran = run("labels", "list")

    assert "C  1 span\nB  1 span\n" == ran.out
    assert ["C", "B"] == patterns(annotated)
    with Store(paths.db) as store:
        assert not finish_relabeling(paths, store)
