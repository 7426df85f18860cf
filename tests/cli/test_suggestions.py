from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_running import Run

from loop.settings import ProjectPaths, load_settings
from loop.store import Store
from loop.trainer import Trainer


@pytest.mark.usefixtures("project")
def test_patterns_are_added_once_and_counted(run: Run) -> None:
    rows = b'{"label": "A", "pattern": "brake pad"}\n{"label": "B", "pattern": [{"lower": "rome"}]}\n'
    first = run("patterns", "add", "-", stdin=rows)
    again = run("patterns", "add", "-", stdin=rows + b'{"label": "A", "pattern": "hub"}\n')

    assert "Added 2 patterns to patterns.jsonl.\n" == first.out
    assert [
        "Added 1 pattern to patterns.jsonl.",
        "Left out, since known already: 2 patterns.",
    ] == again.out.splitlines()


def test_a_bad_pattern_leaves_the_patterns_as_they_were(project: Path, run: Run) -> None:
    run("patterns", "add", "-", stdin=b'{"label": "A", "pattern": "hub"}\n')
    before = (project / "patterns.jsonl").read_bytes()
    ran = run("patterns", "add", "-", stdin=b'{"label": "A", "pattern": "x"}\n{"label": "A", "pattern": [{"NO": 1}]}\n')

    assert (1, True) == (ran.code, "stdin, line 2: is no pattern" in ran.err)
    assert before == (project / "patterns.jsonl").read_bytes()


def test_patterns_that_are_added_later_are_suggested_in_the_next_questions(project: Path, run: Run) -> None:
    run("add", "-", stdin=b"the hub is worn\n")
    paths, settings = ProjectPaths(project), load_settings(project)
    with Store(paths.db) as store:
        trainer = Trainer(paths, settings, store)
        trainer.work()
        idle = trainer.work()
        run("patterns", "add", "-", stdin=b'{"label": "A", "pattern": "hub"}\n')
        trainer.work()
        trainer.close()
        question = store.questions.head("ann")

    assert not idle
    assert question is not None
    assert [(4, 7, "A")] == [(span.start, span.end, span.label) for span in question.reading]
    assert ["pattern"] == [candidate.source for candidate in question.candidates]


def test_spans_in_a_file_are_suggested_if_asked(project: Path, run: Run) -> None:
    row = {
        "text": "the hub. is worn",
        "spans": [{"start": 4, "end": 6, "label": "A"}, {"start": 6, "end": 10, "label": "A"}],
    }
    (project / "in.jsonl").write_text(json.dumps(row))
    ran = run("add", "in.jsonl", "--suggest", "--split", "sentence")
    with Store(project / "data" / "loop.db") as store:
        question = store.questions.head("ann")

    assert [
        "1 span will be shown as suggestions.",
        "Left out 1 suggestion that the text was cut in.",
    ] == ran.out.splitlines()[1:3]
    assert question is not None
    assert ("the hub.", [(4, 7)]) == (question.text.text, [(span.start, span.end) for span in question.reading])
    assert ["file"] == [candidate.source for candidate in question.candidates]


@pytest.mark.usefixtures("project")
def test_a_suggested_label_that_the_project_lacks_adds_nothing(run: Run) -> None:
    row = b'{"text": "secret", "spans": [{"start": 0, "end": 3, "label": "C"}]}'
    ran = run("add", "-", "--suggest", stdin=row)

    assert (1, True) == (ran.code, "stdin, line 1: suggests the label C" in ran.err)
    assert "0 texts" in run("status").out or "texts    0" in run("status").out
