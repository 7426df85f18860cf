from __future__ import annotations

import json
from pathlib import Path

import pytest
from terms_kitchen import KITCHEN

TEXTS = [f"{text} Number {n}." for n in range(2) for text in KITCHEN]


@pytest.fixture
def cooking(folder: Path, run) -> Path:
    """A project with the labels FOOD and PLACE."""
    (folder.parent / "texts.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in TEXTS))
    run("init", "--labels", "FOOD,PLACE", "--base", "blank:en", "--vectors", "none", "--yes", "../texts.jsonl")
    return folder


def patterns(folder: Path) -> list[tuple[str, str, str]]:
    file = folder / "patterns.jsonl"
    rows = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    return [(row["label"], row["pattern"], row["source"]) for row in rows]


def test_examples_alone_need_no_terminal(cooking: Path, run):
    ran = run("terms", "--examples", "FOOD=garlic, red  pepper", "--examples", "PLACE=shop")

    assert 0 == ran.code
    assert "3 new terms, all saved. Now there are 2 FOOD, 1 PLACE." in ran.out
    assert [("FOOD", "garlic", "example"), ("FOOD", "red pepper", "example"), ("PLACE", "shop", "example")] == patterns(
        cooking
    )


def test_in_lines_examples_are_asked_for_and_terms_proposed_with_their_places(cooking: Path, run):
    typed = b"garlic, saffron\ngarlic, basil\n\ny\nu\nPLACE\nq\n"
    ran = run("terms", "--plain", stdin=typed)

    assert 0 == ran.code
    assert "“saffron” occurs in none of the " in ran.out
    assert "Terms that are always PLACE, about 5, separated by commas:" in ran.out
    assert "Taken back: " in ran.out
    assert [("FOOD", "garlic", "example"), ("FOOD", "basil", "example")] == patterns(cooking)[:2]
    assert "PLACE" == patterns(cooking)[2][0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--examples", "FOOD=saffron,garlic"], "“saffron” occurs in none of the "),
        (["--examples", "FOOD=the"], "“the” is no term: it is in "),
        (["--examples", "FOOD=garlic", "--examples", "PLACE=garlic"], "“garlic” is given as FOOD and as PLACE."),
        (["--examples", "DRINK=garlic"], "--examples DRINK=garlic does not name terms of a label."),
        (["--examples", "FOOD= , "], "does not name terms of a label."),
        ([], "Cannot prompt: there is no terminal."),
    ],
)
def test_what_cannot_be_meant_is_said_and_nothing_is_half_done(cooking: Path, run, arguments, words):
    ran = run("terms", *arguments)

    assert 1 == ran.code
    assert words in ran.err
    assert [] == patterns(cooking)


def test_without_texts_there_are_no_terms(project: Path, run):
    ran = run("terms", "--examples", "A=garlic")

    assert (1, "Error: There are no texts to find terms in") == (ran.code, ran.err[:42])
