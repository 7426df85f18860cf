"""What `--quick` leaves out: every method, idea, recipe and variant that a benchmark compares, with next to no data."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.integration]

Load = Callable[[str], ModuleType]
IDEAS = ("counted, landing at 50", "width 128", "depth 2", "10,000 rows", "vectors of the pool", "self-training")
ALONE = ("ours, nothing merged", "ours, nothing pulls back")
RECIPES = (
    *(
        ("new", name)
        for name in ("naive", "nlp.rehearse", "merging", "merging, rehearsal", "merging, masked rehearsal")
    ),
    *(("new", name) for name in ("taken over", "ours, nothing made up", "ours, two made up")),
    *(("new", name) for name in ("naive, vectors", "ours, vectors")),
    *(("corrected", name) for name in ALONE),
)


def test_every_idea_and_recipe_is_known(benchmark: Load):
    recipes = {name for recipes in benchmark("forgetting").RECIPES.values() for name in recipes}

    assert {"nothing", "counted", "guessed, 600 steps", *IDEAS} == set(benchmark("lift").IDEAS)
    assert {"ours", *(name for _, name in RECIPES)} == recipes


@pytest.mark.parametrize("idea", IDEAS)
def test_every_idea_of_lift_can_be_learned(benchmark: Load, tiny_data: Path, idea: str):
    lift = benchmark("lift")
    curve = lift.IDEAS[idea](lift._pool(tiny_data, "food_ingredients", 0), (60,))

    assert [60] == list(curve)
    assert 0 <= curve[60] <= 100


def test_hidden_words_can_be_guessed(benchmark: Load, tiny_data: Path):
    lift = benchmark("lift")
    curve = lift.guessed(3)(lift._pool(tiny_data, "food_ingredients", 0), (10,))

    assert [10] == list(curve)


@pytest.mark.parametrize(("case", "recipe"), RECIPES)
def test_every_recipe_of_forgetting_can_be_learned(benchmark: Load, tiny_data: Path, case: str, recipe: str):
    forgetting = benchmark("forgetting")
    row = forgetting.run(forgetting.Job(case, recipe, 0, tiny_data, "test", 10, 5))

    assert (case, recipe) == (row["case"], row["recipe"])
    assert all(0 <= row[name] <= 100 for name in ("taught", "old gold", "others agree", "kept here", "kept there"))


def test_every_variant_of_a_round_can_be_learned(benchmark: Load, small_data: Path):
    update = benchmark("update")
    rows = [
        row
        for name in update.VARIANTS
        for row in update._vary(("ncbi_disease", 0, name), data=small_data, sets={"ncbi_disease": 100}, test=False)
    ]

    assert [(name, 100) for name in update.VARIANTS] == [(row["recipe"], row["answers"]) for row in rows]
    assert all(0 <= row["f"] <= 100 for row in rows)


def test_a_round_can_be_timed(benchmark: Load, tiny_data: Path):
    update = benchmark("update")
    seconds = update.seconds_of_a_round(update.task(tiny_data, "ncbi_disease", seed=0), 20, update.DEFAULT, seed=0)

    assert min(seconds["cpu"], seconds["elapsed"]) > 0


@pytest.mark.parametrize("method", ["teach", "ner.teach", "full data", "successor of random"])
def test_every_other_method_of_learning_can_be_run(
    benchmark: Load, tiny_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
):
    learning = benchmark("learning")
    for module, name, value in (("_teach", "WARM_EPOCHS", 2), ("_successor", "STEPS", 4), ("_successor", "EVERY", 2)):
        monkeypatch.setattr(sys.modules[module], name, value)
    job = learning.Job("ncbi_disease", "dev", method, 0, 60 if method == "ner.teach" else 25)
    results = learning.Results(tmp_path)
    results.begin()
    results.add(job._replace(method="random"), {"chosen": list(range(25)), "points": []})
    run = sys.modules["_learning"].perform(job, tiny_data, results.folder)

    assert run["points"]
    assert all(len(point) == 7 and all(map(math.isfinite, point)) for point in run["points"])
    assert (60 if method == "full data" else 25) <= run["points"][-1][0] <= 60


def test_stage_2_compares_the_default_with_random_choice_on_all_sets_and_their_successors_come_last(benchmark: Load):
    learning = benchmark("learning")
    jobs = list(learning.jobs_of(2, "", "", 2))

    assert set(learning.SETS[2]) == {job.set for job in jobs}
    assert {"test"} == {job.split for job in jobs}
    assert 5 * (4 * 2 + 1) == len(jobs)
    assert [0] * 25 + [1] * 20 == [job.seed for job in jobs]
    assert all(job.method.startswith("successor of ") for job in jobs[15:25])
