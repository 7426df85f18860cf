from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cli_running import Run
from trainer_kit import finish, give
from workshop import workshop_gold

from loop.project import opened
from loop.settings import ProjectPaths, load_settings
from loop.settings.writing import set_value

TEXTS = list(workshop_gold(300))
FIRST = 30


@pytest.fixture
def colleague(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder beside the project, where the next commands run."""
    folder = project.with_name("colleague")
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_a_colleagues_project_has_the_settings_files_and_seed_and_a_queue_seed_of_its_own(
    project: Path, colleague: Path, run: Run
) -> None:
    cfg = ProjectPaths(project).cfg
    for section, key, value in (("project", "seed", 7), ("update", "steps", 5), ("queue", "held_out_share", 0.3)):
        set_value(cfg, section, key, value)
    (project / "patterns.jsonl").write_text('{"label": "A", "pattern": "chain"}\n')
    (project / "guidelines.md").write_text("# Ours\n")
    gold = project.with_name("gold.jsonl")
    gold.write_text('{"text": "a hub", "spans": [{"start": 2, "end": 5, "label": "A"}]}\n')
    set_value(cfg, "project", "eval", str(gold))
    ran = run("init", "--like", project)

    assert 0 == ran.code, ran.err
    assert f"`loop merge {project}`" in ran.out
    ours, theirs = load_settings(colleague), load_settings(project)
    assert None is theirs.project.queue_seed
    assert ours.queue_seed not in (None, theirs.queue_seed)
    same = replace(ours.project, queue_seed=None, eval=theirs.project.eval)
    assert replace(ours, project=same) == theirs
    assert gold.read_bytes() == ProjectPaths(colleague).resolve(ours.project.eval or "").read_bytes()
    assert "# Ours\n" == (colleague / "guidelines.md").read_text()
    assert (project / "patterns.jsonl").read_bytes() == (colleague / "patterns.jsonl").read_bytes()
    assert {0o600} == {path.stat().st_mode & 0o777 for path in colleague.iterdir() if path.is_file()}


def test_what_is_taken_from_the_other_project_cannot_be_given(project: Path, colleague: Path, run: Run) -> None:
    for option, value in (("--labels", "A"), ("--base", "blank:de"), ("--eval", "gold.jsonl")):
        ran = run("init", "--like", project, option, value)

        assert (2, True) == (ran.code, option in ran.err)
    assert 1 == run("init", "--like", project / "data").code
    assert [] == list(colleague.iterdir())


def test_nothing_is_left_of_a_project_that_cannot_be_begun(project: Path, colleague: Path, run: Run) -> None:
    (project / "patterns.jsonl").write_text('{"label": "A", "pattern": "chain"}\n')
    (colleague / "patterns.jsonl").write_text("mine")
    ran = run("init", "--like", project, "--here")

    assert (1, True) == (ran.code, "patterns.jsonl is there already" in ran.err)
    assert [colleague / "patterns.jsonl"] == list(colleague.iterdir())
    assert "mine" == (colleague / "patterns.jsonl").read_text()
    (colleague / "patterns.jsonl").unlink()
    assert 1 == run("init", "--like", project, "nowhere.jsonl").code
    assert [] == list(colleague.iterdir())


def answered_first(project: Path) -> set[str]:
    with opened(ProjectPaths(project)) as (paths, settings, store):
        settings = replace(settings, update=replace(settings.update, weak_steps=2))
        finish(paths, settings, store)
        asked = give(paths, settings, store, dict.fromkeys(TEXTS, ()), FIRST)
    return {question.text.text for question in asked}


@pytest.mark.parametrize("patterns", ["", '{"label": "A", "pattern": "chain"}\n{"label": "A", "pattern": "hub"}\n'])
def test_the_two_do_not_ask_the_same_and_are_merged(project: Path, colleague: Path, run: Run, patterns: str) -> None:
    rows = "".join(f"{json.dumps({'text': text})}\n" for text in TEXTS).encode()
    if patterns:
        (project / "patterns.jsonl").write_text(patterns)
    assert 0 == run("-C", project, "add", "-", stdin=rows).code
    assert 0 == run("init", "--like", project).code
    assert 0 == run("add", "-", stdin=rows).code
    ours, theirs = answered_first(colleague), answered_first(project)

    assert FIRST == len(ours) == len(theirs)
    assert len(ours & theirs) < FIRST / 2
    ran = run("merge", project)
    assert (0, "Brought 30 answers and 0 texts") == (ran.code, ran.out.partition(" from")[0])
