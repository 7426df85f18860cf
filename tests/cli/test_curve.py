from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli_running import Run

from loop.trainer import cross_validation
from loop.trainer.cross_validation import LearningCurve

ROWS = [
    {"text": f"the {part} number {n} is worn", "spans": [{"start": 4, "end": 4 + len(part), "label": "A"}]}
    for n in range(30)
    for part in ("hub", "rim")
]


@pytest.fixture
def answered(project: Path, run: Run) -> Path:
    """A project of 60 answers and as many texts without one, whose rounds are small."""
    config = project / "loop.cfg"
    words = config.read_text(encoding="utf-8")
    for now, then in (("round_size = 10", "round_size = 5"), ("steps = 12", "steps = 3")):
        assert now in words
        words = words.replace(now, then)
    config.write_text(words, encoding="utf-8")
    run("add", "-", stdin="\n".join(f"a hub and rim {n}" for n in range(60)).encode())
    assert 0 == run("import", "-", stdin="\n".join(map(json.dumps, ROWS)).encode()).code
    return project


@pytest.mark.usefixtures("answered")
def test_the_curve_of_all_answers_has_scores_decides_the_advice_and_is_one_json_object_for_programs(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned: list[LearningCurve] = []

    def learning_curve(*project: Any) -> LearningCurve:
        """Learn it for the first call only: it takes some seconds."""
        learned.extend(() if learned else [learn(*project)])
        return learned[0]

    learn = cross_validation.learning_curve
    monkeypatch.setattr(cross_validation, "learning_curve", learning_curve)
    made = run("curve")
    curve = json.loads(run("curve", "--json").out)

    assert [5 * n for n in range(1, 10)] == [point["answers"] for point in curve["points"]]
    assert (60, 60) == (curve["expected"]["answers"], curve["expected"]["pool"])
    assert 0 == made.code
    assert "on 60 answered texts" in made.out
    assert [line.split()[:2] for line in made.out.splitlines() if line.startswith(("all ", "A "))] == [
        ["all", "60"],
        ["A", "60"],
    ]
    assert "of all 60 texts left" in made.out
    assert made.out.splitlines()[-1] in run("status").out
    assert "by cross-validation" in made.out.splitlines()[-1]


@pytest.mark.usefixtures("project")
def test_a_curve_takes_answers(run: Run) -> None:
    refused = run("curve")

    assert 1 == refused.code
    assert "Too few answers for a learning curve: 0." in refused.err
    assert "about 113" in refused.err
