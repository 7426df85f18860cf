from __future__ import annotations

from pathlib import Path

import pytest
from cli_running import Run

from loop.settings import ProjectPaths, load_settings
from loop.store import Store
from loop.store.locks import ProcessLock


def test_labels_are_appended_and_the_rest_of_the_settings_stays(project: Path, run: Run) -> None:
    cfg = project / "loop.cfg"
    before = cfg.read_text() + "# mine\n"
    cfg.write_text(before)
    ran = run("labels", "add", "C", "D")

    assert (0, "Labels now: A, B, C, D.\n") == (ran.code, ran.out)
    assert before.replace('["A", "B"]', '["A", "B", "C", "D"]') == cfg.read_text()
    assert 0o600 == cfg.stat().st_mode & 0o777


def test_labels_may_be_parted_by_commas_as_when_a_project_begins(project: Path, run: Run) -> None:
    assert 0 == run("labels", "add", "C,D", "E").code
    assert ("A", "B", "C", "D", "E") == load_settings(project).project.labels


def test_a_list_over_several_lines_is_replaced_whole(project: Path, run: Run) -> None:
    cfg = project / "loop.cfg"
    cfg.write_text('[project]\nbase = "blank:en"\nlabels = ["A",\n    "B"]\nseed = 3\n')
    run("labels", "add", "C")

    assert '[project]\nbase = "blank:en"\nlabels = ["A", "B", "C"]\nseed = 3\n' == cfg.read_text()


@pytest.mark.parametrize(
    ("label", "problem"), [("A", "appears twice"), ("x y", "is not a valid label"), ("base:C", "base:")]
)
def test_a_label_that_cannot_be_is_refused_and_nothing_changes(
    project: Path, run: Run, label: str, problem: str
) -> None:
    ran = run("labels", "add", label)

    assert 1 == ran.code
    assert problem in ran.err
    assert ("A", "B") == load_settings(project).project.labels


def test_while_a_session_is_open_nothing_changes(project: Path, run: Run) -> None:
    paths = ProjectPaths(project)
    lock = ProcessLock(paths.session_lock)
    lock.acquire()
    ran = run("labels", "add", "C")
    lock.release()

    assert 1 == ran.code
    assert "Close it first" in ran.err
    assert ("A", "B") == load_settings(project).project.labels


def test_it_says_how_many_answers_know_nothing_of_the_new_label(project: Path, run: Run) -> None:
    row = b'{"text": "one", "spans": [{"start": 0, "end": 3, "label": "A"}]}'
    run("import", "--labels", "A,B", "-", stdin=row)
    ran = run("labels", "add", "C")

    assert "1 earlier answer will be asked about again" in ran.out
    with Store(ProjectPaths(project).db) as store:
        assert [("A", "B"), ("A", "B", "C")] == list(store.journal.schemes().values())
