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


def test_what_a_curve_said_is_compared_with_what_came_true(benchmark: Load):
    info = {"held": [], "estimate": {}}
    run = {
        "pool": 400,
        "test": [[0, 0.0], *([n, 40.0] for n in range(10, 251, 10))],
        "whole": [[400, 41.0]],
        "rounds": [{**info, "round": n, "answers": 10 * n, "agreement": 99.9} for n in range(1, 26)],
        "curves": [{"answers": 150, "more": [0.5, 0.0, 1.0], "rest": [0.9, 0.0, 2.0], "seconds": 3.0}],
    }
    line = next(benchmark("advice").crossed(run))

    assert (0.0, 1.0, True, True) == (line["more true"], line["rest true"], line["stop"], line["right"])
    assert "0.5 (0.0 … 1.0)" == line["more"]


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
