from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from cli_running import Run

from loop.store import Store

CHAIN = {"start": 15, "end": 20, "label": "A"}
WIDE = {"start": 13, "end": 20, "label": "A"}


def row(number: int, *spans: dict[str, object]) -> dict[str, object]:
    return {"text": f"number {number} has a chain", "spans": list(spans)}


@pytest.fixture
def shared(project: Path, run: Run) -> Path:
    """Four texts by alice and bob: they differ on 4 and 5, agree on 6; only alice answered 7."""
    rows = {
        "alice": [row(4, CHAIN), row(5, CHAIN), row(6, CHAIN), row(7, CHAIN)],
        "bob": [row(4), row(5, WIDE), row(6, CHAIN)],
    }
    for name, said in rows.items():
        run("import", "-", "--annotator", name, stdin="\n".join(map(json.dumps, said)).encode())
    return project


def numbers(run: Run, *options: str) -> list[int]:
    return [one["text"] for one in json.loads(run("review", "--json", *options).out)]


@pytest.mark.usefixtures("shared")
def test_the_list_says_what_each_annotator_said_and_what_is_left(run: Run) -> None:
    lines = run("review", "--list").out.splitlines()

    assert "text     1  alice “chain” A, bob nothing" in lines
    assert "text     2  alice “chain” A, bob “a chain” A" in lines
    assert "2 texts to review of 2 shown." in lines


def test_what_is_decided_in_lines_is_stored_with_who_and_why(shared: Path, run: Run) -> None:
    said = run("review", "1", "--plain", "--reviewer", "eve", stdin=b"take 1\nmemo it is one\nok\nquit\n").out

    assert "1 of 1: 1 difference" in said
    assert "Version 1, alice: “chain” A" in said
    assert "1 text left to review; `loop review` goes on." in said
    listed = run("review", "1", "--list").out
    assert "decided by eve: “chain” A, it is one" in listed
    with Store(shared / "data" / "loop.db") as store:
        assert 1 == len([one for one in store.answers.standing() if one.adjudicates])
    assert [2] == numbers(run)


@pytest.mark.usefixtures("shared")
def test_all_texts_of_several_annotators_can_be_reviewed_or_those_of_one_or_of_a_label(run: Run) -> None:
    assert ([1, 2], [1, 2, 3]) == (sorted(numbers(run)), sorted(numbers(run, "--all")))
    assert [1, 2] == sorted(numbers(run, "--annotator", "bob", "--label", "A"))
    assert [3] == numbers(run, "3")


@pytest.mark.usefixtures("shared")
def test_blind_no_annotator_is_named(run: Run) -> None:
    said = run("review", "--list", "--blind").out
    opened = run("review", "--blind", "--plain", stdin=b"quit\n").out

    assert "A “chain” A" in said or "B “chain” A" in said
    assert not {"alice", "bob"} & {*(said + opened).replace(",", " ").split()}


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["99"], "Text 99 has no answers by several annotators."),
        (["4"], "Text 4 has no answers by several annotators."),
        (["--annotator", "eve"], "Your own name is --reviewer."),
        (["--label", "C"], "C is not a label of this project."),
    ],
)
def test_what_does_not_exist_is_refused_by_name(run: Run, arguments: list[str], words: str) -> None:
    refused = run("review", *arguments)

    assert (1, True) == (refused.code, words in refused.err)


@pytest.mark.usefixtures("project")
def test_a_project_of_one_annotator_has_nothing_to_review(run: Run) -> None:
    run("import", "-", stdin=json.dumps(row(4, CHAIN)).encode())

    assert "No text has answers by several annotators." in run("review").out


@pytest.mark.usefixtures("shared")
def test_after_the_last_decision_nothing_is_left(run: Run) -> None:
    said = run("review", "--plain", stdin=b"take 1\nok\ntake 2\nok\nquit\n").out

    assert "Nothing to review" in said.splitlines()[-1]
    assert "Nothing to review" in run("review").out


@pytest.mark.usefixtures("shared")
def test_annotators_see_what_became_of_their_answers_when_they_ask_for_it(run: Run) -> None:
    run("review", "1", "--plain", "--reviewer", "eve", stdin=b"take 1\nmemo it is one\nok\nquit\n")
    said = run("check", "--kind", "reviewed").out.splitlines()

    assert "reviewed: a reviewer decided otherwise" == said[0]
    assert "  text     1  bob nothing, eve decided “chain” A (it is one)" == said[1]
    assert "Decided otherwise: 1 answer of 7." == said[2]
    assert "reviewed" not in run("check").out
    assert 1 == len(json.loads(run("check", "--kind", "reviewed", "--annotator", "bob", "--json").out))
    assert [] == json.loads(run("check", "--kind", "reviewed", "--annotator", "alice", "--json").out)


@pytest.mark.usefixtures("shared")
def test_feedback_that_was_looked_at_is_not_shown_again(run: Run) -> None:
    run("review", "1", "--plain", stdin=b"take 1\nok\nquit\n")
    kind = ("check", "--kind", "reviewed", "--open", "--plain")
    assert "Decided otherwise: 0 answers" in run(*kind).out  # nobody else's answers are opened
    opened = run(*kind, "--annotator", "bob", stdin=b"leave\nquit\n").out

    assert "1 of 1: bob nothing, " in opened
    assert ["Decided otherwise: 0 answers of 7."] == run("check", "--kind", "reviewed").out.splitlines()


@pytest.mark.usefixtures("shared")
def test_an_annotator_who_adopts_a_decision_does_not_bring_it_up_again_but_one_who_changes_otherwise_does(
    run: Run,
) -> None:
    run("review", "1", "--plain", stdin=b"take 1\nok\nquit\n")
    check = ("check", "--kind", "reviewed", "--open", "--plain", "--annotator", "bob")
    run(*check, stdin=b"mark 5 A\nok\nquit\n")
    assert [2] == numbers(run)
    run("check", "1", "--plain", "--annotator", "alice", stdin=b"edges 1 4-5\nok\nquit\n")

    assert [1, 2] == numbers(run)
    assert "1 of 2: an answer has changed since you decided" in run("review", "--plain", stdin=b"quit\n").out
    assert "but an answer has changed since" in run("review", "--list").out


def test_decisions_survive_an_export_and_an_import_even_by_one_of_the_annotators(
    shared: Path, run: Run, tmp_path: Path
) -> None:
    run("review", "--plain", "--reviewer", "alice", stdin=b"take 2\nmemo why\nok\ntake 2\nok\nquit\n")
    out, before = tmp_path / "all.jsonl", run("review", "--all", "--json").out
    assert "Wrote 9 answers." in run("export", out).out
    shutil.rmtree(shared / "data")
    (shared / "loop.cfg").unlink()
    (shared / "guidelines.md").unlink()
    run("init", "--here", "--labels", "A,B", "--base", "blank:xx")

    assert "Imported 9 answers" in run("import", out).out
    rows = [json.loads(said) for said in (before, run("review", "--all", "--json").out)]
    assert rows[0] == rows[1]
    assert "why" in [one["decided"]["memo"] for one in rows[1] if one["decided"]]
    assert "Imported 0 answers" in run("import", out).out


def test_only_the_reviewers_in_loop_cfg_may_decide(shared: Path, run: Run) -> None:
    cfg = shared / "loop.cfg"
    cfg.write_text(cfg.read_text().replace("reviewers = []", 'reviewers = ["eve", "kim"]'))
    refused, listed = run("review", "--plain", "--reviewer", "bob"), run("review", "--list", "--reviewer", "bob")
    allowed = run("review", "1", "--plain", "--reviewer", "eve", stdin=b"quit\n")

    assert (1, 0, 0) == (refused.code, listed.code, allowed.code)
    assert "bob may not decide: [annotators] reviewers is eve, kim." in refused.err


@pytest.mark.usefixtures("shared")
def test_the_status_says_how_many_texts_are_to_be_reviewed(run: Run) -> None:
    assert "review   2 texts where annotators differ: `loop review`" in run("status").out.splitlines()
    run("review", "--plain", stdin=b"take 1\nok\ntake 2\nok\nquit\n")

    assert "loop review" not in run("status").out
    assert 0 == json.loads(run("status", "--json").out)["to_review"]
