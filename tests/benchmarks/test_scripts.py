from __future__ import annotations

from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scripts import NAMES

from loop.records import TokenSpan
from loop.store import NewText, Store

Load = Callable[[str], ModuleType]


@pytest.mark.parametrize("name", NAMES)
def test_every_benchmark_can_be_imported(benchmark: Load, name: str):
    assert callable(benchmark(name).main)


def project(benchmark: Load, **more: Any) -> tuple[Any, Any]:
    """A project of 100 texts that was told to stop at 60, when its F1 rose no more; texts have one entity each."""
    advice = benchmark("advice")
    said = {"f1": [70.0, 60.0, 80.0], "gain": [1.0, 0.0, 3.0], "rest": 1.5, "labels": {"A": 1.5}, "pool": 40}
    rows = [
        said | {"answers": n, "test": [[min(n, 80), 100, 100], [0, 0, 0]], "kind": "stop" if n >= 60 else "go on"}
        for n in range(20, 201, 20)
    ]
    run = {"pool": 300, "labels": ["A", "B"], "rows": rows, "confidence": [[0.9, True], [0.9, False]]} | more
    whole = {"whole": [[[81, 100, 100], [0, 0, 0]]]}
    jobs = [advice.Job("uner_zh", "test", 0, 200, whole) for whole in (False, True)]
    return advice, dict(zip(jobs, (run, whole), strict=True))


def test_what_was_said_is_compared_with_what_came_true(benchmark: Load):
    advice, runs = project(benchmark)
    (job, run), *_ = runs.items()
    row = advice.judged(job, run, advice.all_of(job, runs))

    assert (60, "70%", 81.0) == (row["stop at"], row["saved"], row["F1 of all"])
    assert 81 - 56 == pytest.approx(row["rest true"])  # the mean of 20, 40, 60, 80, 80
    assert "7 of 7" == row["F1 inside"]
    assert 81 - 80 == pytest.approx(row["rest true at 70%"])


def test_gains_labels_and_confidence_are_those_of_all_projects(benchmark: Load):
    advice, runs = project(benchmark)
    projects = [(job, run, advice.all_of(job, runs)) for job, run in runs.items() if not job.whole]
    soon, rest = advice.estimates(projects)
    (label,) = advice.by_label(projects)
    (sure,) = advice.reliability(projects)

    assert (2, 1.0, 8.0, 0) == (soon["moments"], soon["said"], soon["true"], soon["inside"])
    assert (7, "0 to 2") == (rest["moments"], label["said"])
    assert label["true"] == pytest.approx(rest["true"])
    assert (2, 0.4, 0.5) == (sure["entities"], pytest.approx(sure["ECE"]), sure["0.8 to 1.0"])


def test_spans_whose_labels_become_one_have_the_squared_error_of_their_sum(benchmark: Load):
    spans = [(TokenSpan(0, 1, "GPE"), 0.3), (TokenSpan(0, 1, "LOC"), 0.2), (TokenSpan(1, 2, "PERSON"), 0.25)]
    lattice = SimpleNamespace(own=(), spans=lambda _: spans)
    seen = benchmark("confidence").Mapped(lattice, {"GPE": "LOC", "LOC": "LOC", "PERSON": "PER", "ORG": "ORG"})

    assert 0.5**2 + 0.25**2 + 1 == seen.squared_error({TokenSpan(0, 1, "LOC"), TokenSpan(2, 3, "ORG")}, 1e-3)


def test_intervals_that_hold_the_truth_are_counted(benchmark: Load):
    table = np.tile([[1, 1, 1, 1]], (50, 1))  # everything is right, whichever texts are drawn
    (row,) = benchmark("coverage").covered("all right", table, 100, (25,))

    assert (100.0, 100.0, 100.0, 25.0) == (row["F1"], row["P"], row["true F1"], row["gold spans"])


def test_what_fails_beside_the_answers_fails_the_benchmark(benchmark: Load, store: Store):
    store.corpus.add_batch([NewText("one")], source="first")
    store.journal.scheme(["PART"])

    with pytest.raises(ZeroDivisionError):
        benchmark("formats").answering(store, lambda: 1 / 0)


def test_curves_are_compared_with_that_of_random_choice(benchmark: Load, capsys: pytest.CaptureFixture[str]):
    def run(method: str, *f: float) -> dict[str, Any]:
        points = [[50 * n, 500 * n, 50 * n, 100.0 * n, one, one, one] for n, one in enumerate(f, 1)]
        return {"set": "demo", "method": method, "seed": 0, "points": points, "wall": 1800, "cpu": 900}

    random_choice, ours, *means = benchmark("learning").report([run("random", 40, 60), run("ours", 60, 70)])

    assert ("random", 60.0, "+0.0", 1.0) == tuple(
        random_choice[name] for name in ("method", "F 100", "Δ 100", "answers ×")
    )
    assert ("ours", 70.0, "+10.0", 0.5) == tuple(ours[name] for name in ("method", "F 100", "Δ 100", "answers ×"))
    assert ["all 1", "all 1"] == [row["set"] for row in means]
    assert "2 runs took 1.00 hours, 0.50 of them processor time." in capsys.readouterr().out
