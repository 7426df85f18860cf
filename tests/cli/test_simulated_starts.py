"""What a simulated project knows before the first answer: patterns, examples, terms, another pipeline."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
import spacy
from cli_running import Run
from workshop import workshop_gold


@pytest.fixture
def simulate(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`loop simulate` with some options, ten answers about 60 texts."""
    monkeypatch.setattr("loop.simulate.simulation.PATTERN", 5.0)
    for file, texts in (
        ("gold.jsonl", list(workshop_gold(90).items())[:60]),
        ("test.jsonl", list(workshop_gold(90).items())[60:]),
    ):
        rows = (
            {"text": text, "spans": [{"start": s.start, "end": s.end, "label": s.label} for s in spans]}
            for text, spans in texts
        )
        (folder / file).write_text("\n".join(map(json.dumps, rows)))
    options = ("--base", "blank:xx", "--test", "test.jsonl", "--answers", "10", "--json")
    return partial(run, "simulate", "gold.jsonl", *options)


@pytest.fixture
def patterns(folder: Path) -> Path:
    """A file of three patterns."""
    (folder / "p.jsonl").write_text(
        "".join(json.dumps({"label": "PART", "pattern": part}) + "\n" for part in ("chain", "hub", "fork"))
    )
    return folder / "p.jsonl"


@pytest.fixture
def rules(folder: Path) -> Path:
    """A pipeline of rules that finds parts."""
    nlp = spacy.blank("xx")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "PART", "pattern": part} for part in ("chain", "hub", "fork")])
    nlp.to_disk(folder / "rules")
    return folder / "rules"


def efforts(out: str) -> list[tuple[int, float]]:
    """Answers and seconds of each row; those of the answers vary."""
    rows = json.loads(out)
    return [(row["answers"], row["seconds"] if not row["answers"] else 0.0) for row in rows]


def test_patterns_cost_seconds_and_are_learned_before_the_first_answer(simulate, patterns):
    ran = simulate("--patterns", patterns)

    assert [(0, 15.0), (10, 0.0)] == efforts(ran.out)
    assert json.loads(ran.out)[1]["seconds"] > 15.0


def test_examples_and_decisions_cost_seconds(simulate):
    with_examples = efforts(simulate("--examples", "3").out)
    (answers, seconds), *_ = efforts(simulate("--examples", "3", "--terms", "2").out)

    assert (0, 12.0) == with_examples[0]
    assert (0, True) == (answers, 12.0 < seconds <= 12.0 + 2 * 2.0)


def test_another_pipeline_costs_no_time_of_the_annotator(simulate, rules):
    assert [(0, 0.0), (10, 0.0)] == efforts(simulate("--suggest", rules).out)


def test_with_nothing_known_there_is_no_row_before_the_first_answer(simulate):
    assert [(10, 0.0)] == efforts(simulate().out)


def test_a_pattern_with_another_label_is_refused_with_its_place(simulate, folder):
    (folder / "p.jsonl").write_text('{"label": "PART", "pattern": "hub"}\n{"label": "TOOL", "pattern": "pump"}\n')
    ran = simulate("--patterns", "p.jsonl")

    assert 1 == ran.code
    assert "p.jsonl, line 2" in ran.err
    assert "TOOL" in ran.err


def test_terms_need_examples(simulate):
    ran = simulate("--terms", "5")

    assert (1, True) == (ran.code, "Add --examples 5." in ran.err)


@pytest.mark.parametrize("pipeline", ["blank:xx", "tools"])
def test_a_pipeline_that_finds_none_of_the_labels_is_refused(simulate, folder, pipeline):
    nlp = spacy.blank("xx")
    nlp.add_pipe("ner").add_label("TOOL")
    nlp.initialize()
    nlp.to_disk(folder / "tools")
    ran = simulate("--suggest", pipeline)

    assert (1, True) == (ran.code, f"{pipeline} finds none of the labels PART" in ran.err)


def test_a_pipeline_that_is_not_there_is_refused(simulate):
    ran = simulate("--suggest", "nowhere")

    assert (1, True) == (ran.code, "There is no pipeline nowhere" in ran.err)


def test_a_finished_run_is_reused_only_with_the_same_patterns(simulate, patterns, folder):
    first = simulate("--patterns", patterns, "--out", "runs")

    assert (0, first.out) == (first.code, simulate("--patterns", patterns, "--out", "runs").out)
    patterns.write_text('{"label": "PART", "pattern": "hub"}\n')
    other = simulate("--patterns", patterns, "--out", "runs")
    assert (1, True) == (other.code, "is a run with other texts, settings or versions" in other.err)
