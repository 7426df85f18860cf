from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_running import Run

from loop.held_out import ANOTHER_GROUP, MORE_TEXTS
from loop.settings import CFG_NAME


@pytest.fixture
def shop(project: Path, run: Run) -> Path:
    """A project with one text, whose meta says that its shop is north."""
    (project / "texts.jsonl").write_text(json.dumps({"text": "a KMC chain", "meta": {"shop": "north"}}) + "\n")
    assert 0 == run("add", "texts.jsonl").code
    return project


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--label", "C"), "C is not a label of this project."),
        (("--where", "shop=north"), "--where shop=north is not a condition."),
        (("--where", "meta.shop"), "--where meta.shop is not a condition."),
        (("--where", "meta.shop=south"), "No text of the pool has meta.shop=south."),
        (
            ("--where", "meta.shop=north", "--where", "meta.day=1"),
            "No text of the pool has meta.shop=north and meta.day=1.",
        ),
    ],
)
def test_a_focus_that_leaves_nothing_to_ask_is_refused_with_a_way_out(shop: Path, run: Run, options, said: str):
    ran = run("annotate", *options)

    assert 1 == ran.code
    assert said in ran.err


def test_measuring_is_refused_where_nothing_is_held_out(shop: Path, run: Run):
    cfg = shop / CFG_NAME
    cfg.write_text(cfg.read_text().replace("held_out_share = 0.1", "held_out_share = 0"))
    ran = run("annotate", "--measure", "5")

    assert (1, True) == (ran.code, "No texts are held out" in ran.err)


@pytest.mark.parametrize("also", [("--where", "meta.shop=north"), ("--label", "A")])
def test_what_measures_is_not_narrowed(shop: Path, run: Run, also):
    ran = run("annotate", "--measure", "5", *also)

    assert (1, True) == (ran.code, "--measure cannot be combined" in ran.err)


def test_a_mode_that_does_not_exist_is_wrong_usage(shop: Path, run: Run):
    assert 2 == run("annotate", "--mode", "guess").code


def test_where_all_texts_are_of_one_group_that_is_the_reason_why_nothing_measures(project: Path, run: Run):
    rows = "\n".join(json.dumps({"text": f"text {n}", "case": "one"}) for n in range(3))
    run("add", "-", "--group", "case", stdin=rows.encode())
    why = "o texts are held out: all 3 texts belong to one group, “one”, and groups are never split."
    ran = run("annotate", "--measure", "5")

    assert f"F1       n{why} {ANOTHER_GROUP}" in run("status").out.splitlines()
    assert f"N{why}" in ran.err
    assert "Answer texts of other groups" in ran.err


def test_where_texts_are_few_the_reason_names_the_ways_out(shop: Path, run: Run):
    why = "o texts are held out: a share of 0.1 takes at least 10 texts or groups, and the project has 1."
    ran = run("annotate", "--measure", "5")

    assert f"F1       n{why} {MORE_TEXTS}" in run("status").out.splitlines()
    assert f"N{why}" in ran.err
    assert "Add more texts" in ran.err


def test_texts_of_several_groups_or_of_none_are_no_reason(project: Path, run: Run):
    run("add", "-", "--group", "case", stdin=b'{"text": "a", "case": "one"}\n{"text": "b", "case": "one"}')
    run("add", "-", stdin=b'{"text": "c"}')

    assert "belong to one group" not in run("status").out
