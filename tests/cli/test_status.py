from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_running import Run

from loop.records import Answer
from loop.settings import ProjectPaths, load_settings
from loop.store import NewText, RoundInfo, Store
from loop.trainer import prepare


def test_status_counts_texts_answers_and_batches(project: Path, run: Run) -> None:
    run("add", "-", stdin=b"one\ntwo\nthree\n")
    run("import", "-", stdin=b'{"text": "one", "spans": [{"start": 0, "end": 3, "label": "A"}]}')
    lines = run("status").out.splitlines()

    assert "project: A, B, from blank:xx" == lines[0]
    assert "texts    3, 2 of them unanswered; 2 questions waiting" == lines[1]
    assert "  batch 1: 3 texts, 1 answered, from stdin" == lines[2]
    assert "answers  1 accept" == lines[3]


def test_a_project_whose_texts_are_all_answered_before_its_first_round_is_told_what_it_lacks(
    project: Path, run: Run
) -> None:
    rows = ({"text": f"text {n}", "spans": [{"start": 0, "end": 4, "label": "A"}]} for n in range(7))
    run("import", "-", stdin="\n".join(map(json.dumps, rows)).encode())
    lacks = "7 answers have not been learned yet: the trainer learns them next."
    status, trained = run("status").out, run("train", "--no-run")

    assert "texts    7, 0 of them unanswered; 0 questions waiting" in status
    assert "rounds   0; answers needed for the next: 3" in status
    assert f"advice   Add texts of the kind that the model is for: none are left to annotate. {lacks}" in status
    assert (1, True) == (trained.code, "`loop trainer --with-session` learns the answers, and ends." in trained.err)


def test_texts_that_nobody_may_be_asked_about_are_told_as_such(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loop.held_out.is_held_out", lambda *_, **__: False)
    rows = "\n".join(json.dumps({"text": f"text {n}", "case": "one"}) for n in range(3))
    run("add", "-", "--group", "case", stdin=rows.encode())
    with Store(project / "data" / "loop.db") as store:
        scheme = store.journal.scheme(("A", "B"))
        store.answers.add(Answer("held", 1, "ann", "accept", (), scheme=scheme, held_out=True))
        store.questions.expire()
        prepare(ProjectPaths(project), load_settings(project), store)
    lines = run("status").out.splitlines()
    blocked = "groups that were answered on the other side of the held-out line, or to the gold file"

    assert f"         nothing is left to ask: the 2 texts left belong to {blocked}" == lines[2]
    assert "none are left to annotate" in lines[-1]


@pytest.mark.usefixtures("project")
def test_status_for_programs_is_one_json_object(run: Run) -> None:
    run("add", "-", stdin=b"one\ntwo\n")
    status = json.loads(run("status", "--json").out)

    assert (2, 2, {}, [], 10) == tuple(status[name] for name in ("texts", "pool", "answers", "rounds", "next_round"))
    assert ["stdin"] == [batch["source"] for batch in status["batches"]]


@pytest.mark.usefixtures("project")
def test_labels_are_listed_with_their_spans(run: Run) -> None:
    run("import", "-", stdin=b'{"text": "one", "spans": [{"start": 0, "end": 3, "label": "A"}]}')

    assert ["A  1 span", "B  0 spans"] == run("labels", "list").out.splitlines()


def test_status_has_no_table_of_labels_while_none_has_a_figure(project: Path, run: Run) -> None:
    with Store(project / "data" / "loop.db") as store:
        store.corpus.add_batch([NewText("one")], source="made")
        scheme = store.journal.scheme(("A", "B"))
        store.answers.add(Answer("a", 1, "ann", "accept", (), scheme=scheme, held_out=True))
        store.journal.add_round(RoundInfo(1, 10, 12, 1.5, 1.0, 0, "versions", "", ""))
        store.predictions.put(1, {"one": []})
    for command in ("add C", "remove A", "remove B"):
        assert 0 == run("labels", *command.split()).code

    shown = run("status")
    assert (0, "") == (shown.code, shown.err)
    assert "answered  to find" not in shown.out
