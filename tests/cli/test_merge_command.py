from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from cli_running import Run

from loop.project import opened
from loop.records import Answer, Span
from loop.settings import ProjectPaths
from loop.settings.writing import set_value

TEXTS = b'{"text": "a worn chain"}\n{"text": "a new chain"}\n{"text": "a clean hub"}\n{"text": "an old hub"}\n'


@pytest.fixture
def laptop(project: Path, run: Run) -> Path:
    """A copy of the project, where two texts were answered."""
    assert 0 == run("add", "-", stdin=TEXTS).code
    copy = Path(shutil.copytree(project, project.with_name("laptop"), symlinks=True))
    answer(copy, 1, "ann")
    answer(copy, 2, "bea")
    return copy


def answer(project: Path, number: int, annotator: str) -> None:
    with opened(ProjectPaths(project)) as (_, settings, store):
        scheme = store.journal.scheme(settings.project.labels)
        said = Answer(f"{project.name} {number}", number, annotator, "accept", (Span(0, 1, "A"),), scheme=scheme)
        store.answers.add(said)


def test_what_came_is_said_and_where_the_store_as_it_was_is(project: Path, laptop: Path, run: Run):
    would, ran, again = run("merge", laptop, "--dry-run"), run("merge", laptop), run("merge", laptop)

    assert (0, 0, 0) == (would.code, ran.code, again.code)
    assert f"Would bring 2 answers and 0 texts from {laptop}." == would.out.splitlines()[0]
    assert f"Brought 2 answers and 0 texts from {laptop}." == ran.out.splitlines()[0]
    assert "The store as it was before: data/loop.db.before-merge." == ran.out.splitlines()[-1]
    assert f"{laptop} has nothing that is not here.\n" == again.out
    assert 2 == json.loads(run("status", "--json").out)["texts"] - json.loads(run("status", "--json").out)["pool"]


def test_one_name_in_both_is_told_and_can_be_another_name_here(project: Path, laptop: Path, run: Run):
    answer(project, 1, "ann")
    told, ran = run("merge", laptop, "--dry-run"), run("merge", laptop, "--annotator", "ann=cyd")

    assert "ann answered 1 text in both projects; the later answers count." in told.out
    assert "--annotator ann=ANOTHER" in told.out
    assert "in both projects" not in ran.out
    rows = [json.loads(line) for line in run("export", "-").out.splitlines()]
    assert ["ann", "bea", "cyd"] == sorted(row["_annotator_id"] for row in rows)
    assert 2 == run("merge", laptop, "--annotator", "ann").code


@pytest.mark.parametrize(
    ("section", "key", "value", "said"),
    [
        ("project", "seed", 3, "[project] seed: 0 here, 3 there"),
        ("update", "steps", 99, "[update] steps: 12 here, 99 there"),
        ("project", "labels", ["B", "C"], "labels: A only here, C only there"),
    ],
)
def test_what_decides_the_weights_must_be_the_same(
    project: Path, laptop: Path, run: Run, section: str, key: str, value: object, said: str
):
    set_value(ProjectPaths(laptop).cfg, section, key, value)
    before = (project / "data" / "loop.db").read_bytes()
    ran = run("merge", laptop)

    assert 1 == ran.code
    assert said in ran.err
    assert before == (project / "data" / "loop.db").read_bytes()


def test_what_need_not_be_the_same_is_told(project: Path, laptop: Path, run: Run):
    set_value(ProjectPaths(laptop).cfg, "queue", "size", 20)
    (laptop / "patterns.jsonl").write_text('{"label": "A", "pattern": "chain"}\n')
    ran = run("merge", laptop)

    assert "Not the same: [queue] size: 60 here, 20 there." in ran.out
    assert f"`loop patterns add {laptop / 'patterns.jsonl'}` brings its patterns" in ran.out
    assert 0 == run("patterns", "add", laptop / "patterns.jsonl").code
    assert "patterns" not in run("merge", laptop).out


def test_a_folder_that_is_no_project_and_the_project_itself_are_refused(project: Path, laptop: Path, run: Run):
    for other, said in ((laptop / "data", "There is no loop.cfg"), (project, "with itself")):
        ran = run("merge", other)

        assert (1, True) == (ran.code, said in ran.err)
