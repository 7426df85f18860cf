from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_running import Run

from loop.store import Store

ROWS = [
    *({"text": f"number {n} has a chain", "spans": [{"start": 15, "end": 20, "label": "A"}]} for n in range(4, 9)),
    {"text": "number 9 has a chain", "spans": []},
]


@pytest.fixture
def answered(project: Path, run: Run) -> Path:
    """Six answers, one of which differs from the others."""
    run("import", "-", stdin="\n".join(json.dumps(row) for row in ROWS).encode())
    return project


@pytest.mark.usefixtures("answered")
def test_check_prints_what_is_suspicious_with_the_id_of_its_text(run: Run) -> None:
    lines = run("check").out.splitlines()

    assert "inconsistent: the same string, labelled differently elsewhere" == lines[0]
    assert "  text     6  “chain”: A 5 times, unmarked 1; here unmarked" == lines[1]
    assert "1 answer of 6 may be wrong." == lines[2]


@pytest.mark.usefixtures("answered")
def test_check_for_programs_is_one_json_list(run: Run) -> None:
    (found,) = json.loads(run("check", "--json").out)

    assert ("inconsistent", 6, [15, 20, ""]) == (found["kind"], found["text"], found["span"])
    assert [] == json.loads(run("check", "--json", "--kind", "fast").out)


@pytest.mark.usefixtures("answered")
def test_a_kind_that_does_not_exist_is_refused_by_name(run: Run) -> None:
    refused = run("check", "--kind", "slow")

    assert (1, True) == (refused.code, "There is no kind slow" in refused.err)


def test_opened_in_lines_a_finding_is_put_right_and_gone(answered: Path, run: Run) -> None:
    said = run("check", "--open", "--plain", stdin=b"mark 5 A\nok\nquit\n").out

    assert "1 of 1: “chain”: A 5 times, unmarked 1; here unmarked" in said
    assert "All reviewed (1)" in said
    assert "Nothing is suspicious." in run("check").out
    with Store(answered / "data" / "loop.db") as store:
        assert 7 == len(store.answers.all())


@pytest.mark.usefixtures("answered")
def test_what_is_left_as_it_was_comes_up_only_when_all_are_asked_for(run: Run) -> None:
    run("check", "--open", "--plain", stdin=b"leave\nquit\n")

    assert "Nothing is suspicious." in run("check").out
    assert "1 answer of 6 may be wrong." in run("check", "--all").out


@pytest.mark.usefixtures("answered")
def test_a_text_opens_by_its_number_also_where_nothing_is_suspicious(run: Run) -> None:
    said = run("check", "2", "6", "--plain", stdin=b"leave\nleave\nquit\n").out

    assert "1 of 2: you chose it" in said
    assert "2 of 2: “chain”: A 5 times, unmarked 1; here unmarked" in said


@pytest.mark.usefixtures("answered")
def test_a_text_without_an_answer_is_named(run: Run) -> None:
    refused = run("check", "6", "77", "99")

    assert (1, True) == (refused.code, "There is no complete answer to text 77, 99." in refused.err)


@pytest.mark.usefixtures("project")
def test_texts_that_two_people_answered_in_different_ways_are_found(run: Run) -> None:
    for who, spans in (("alice", [{"start": 2, "end": 5, "label": "A"}]), ("bob", [])):
        row = json.dumps({"text": "a hub", "spans": spans}).encode()
        run("import", "--labels", "A", "--annotator", who, "-", stdin=row)

    assert "alice “hub” A, bob nothing" in run("check").out


@pytest.mark.usefixtures("project")
def test_how_many_may_be_wrong_does_not_depend_on_how_many_are_shown(run: Run) -> None:
    odd = [{"text": f"odd {n} has a chain", "spans": []} for n in range(4)]
    usual = [
        {"text": f"number {n} has a chain", "spans": [{"start": 15, "end": 20, "label": "A"}]} for n in range(10, 40)
    ]
    run("import", "-", stdin="\n".join(json.dumps(row) for row in (*odd, *ROWS, *usual)).encode())
    few, all_ = run("check", "-n", "2").out.splitlines(), run("check").out.splitlines()

    assert few[-2] == all_[-2] == "5 answers of 40 may be wrong."
    assert few[0].endswith("(2 of 5; -n shows more)")


@pytest.mark.usefixtures("answered")
def test_a_kind_is_found_under_its_former_name_with_a_note(run: Run) -> None:
    said = run("check", "--json", "--kind", "string")

    assert ["inconsistent"] == [one["kind"] for one in json.loads(said.out)]
    assert "the kind string is now called inconsistent" in said.err
