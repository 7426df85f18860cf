from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_running import Run

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
        (("--label", "C"), "C is no label of this project."),
        (("--where", "shop=north"), "--where shop=north cannot be read."),
        (("--where", "meta.shop"), "--where meta.shop cannot be read."),
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

    assert (1, True) == (ran.code, "--measure goes with neither" in ran.err)


def test_a_mode_that_does_not_exist_is_wrong_usage(shop: Path, run: Run):
    assert 2 == run("annotate", "--mode", "guess").code
