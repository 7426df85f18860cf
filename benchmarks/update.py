"""How a round learns, against training from scratch on the same answers and against one update per answer.

With `--variants` instead: other settings and starts of a round, on dev, which the recipe was chosen by.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from _common import Row, grouped, options, show, write_json
from _update import from_scratch, in_rounds, naive, seconds_of_a_round, task

from loop.learning.matrix_products import use_fast_products
from loop.settings import UpdateSettings

SETS = {"food_ingredients": 400, "ncbi_disease": 400, "crossner_ai": 350}
SEEDS = (0, 1, 2)
EVERY = 100
DEFAULT = UpdateSettings()
# Settings, and where a round starts; see `in_rounds`.
VARIANTS: dict[str, tuple[UpdateSettings, dict[str, Any]]] = {
    "as it is": (DEFAULT, {}),
    "from averaged weights": (DEFAULT, {"from_averages": True}),
    "afresh every 100": (DEFAULT, {"afresh_every": 100}),
    "dropout .1": (replace(DEFAULT, dropout=0.1), {}),
    "dropout .3": (replace(DEFAULT, dropout=0.3), {}),
    "batches of 32, 8 new": (replace(DEFAULT, batch_size=32, new_per_batch=8), {}),
}
SCORED = 400
VARIED = {"food_ingredients": 300, "ncbi_disease": 300}
A_ROUND_AT = 500


def main() -> None:
    """Print F and seconds of training per set, seeds averaged."""
    parser = options(str(__doc__))
    parser.add_argument("--test", action="store_true", help="score on the test splits: once, at the end")
    parser.add_argument("--variants", action="store_true", help="compare settings, on dev")
    parser.add_argument("--workers", type=int, default=1, help="runs side by side")
    arguments = parser.parse_args()
    sets = VARIED if arguments.variants else SETS
    seeds = SEEDS[:2] if arguments.variants else SEEDS
    if arguments.quick:
        sets, seeds = dict.fromkeys(list(sets)[-1:], EVERY), SEEDS[:1]
    recipes = VARIANTS if arguments.variants else ("",)
    jobs = [(name, seed, recipe) for seed in seeds for name in sets for recipe in recipes]
    run = partial(_vary if arguments.variants else _run, data=arguments.data, sets=sets, test=arguments.test)
    with ProcessPoolExecutor(arguments.workers) as pool:
        rows = []
        for found in pool.map(run, jobs):
            rows += found
            print(found[-1], flush=True)
            write_json(arguments.json, rows, seeds=seeds, split="test" if arguments.test else "dev")
    show("F after so many answers, and processor seconds of training until then", _averaged(rows))
    if a_round := [row for row in rows if row["recipe"] == "a round"]:
        show("A round at 500 answers: seconds", a_round)


def _vary(job: tuple[str, int, str], *, data: Path, sets: dict[str, int], test: bool) -> list[Row]:
    name, seed, recipe = job
    settings, start = VARIANTS[recipe]
    use_fast_products()
    given = task(data, name, seed=seed, test=test)
    if not test:  # the dev texts are few
        given = replace(given, scored_on=[*given.scored_on, *given.answers[sets[name] :]][:SCORED])
    at = range(EVERY, sets[name] + 1, EVERY)
    return [
        {"set": name, "seed": seed, "recipe": recipe, "answers": o.answers, "f": o.f1, "seconds": o.seconds}
        for o in in_rounds(given, settings, seed=seed, at=at, **start)
    ]


def _run(job: tuple[str, int, str], *, data: Path, sets: dict[str, int], test: bool) -> list[Row]:
    name, seed, _ = job
    use_fast_products()
    given = task(data, name, seed=seed, test=test)
    at = sorted({n for n in (EVERY, 2 * EVERY, sets[name]) if n <= sets[name]})
    head = {"set": name, "seed": seed}
    rows: list[Row] = []
    for recipe, outcomes in (
        ("rounds", in_rounds(given, UpdateSettings(), seed=seed, at=at)),
        ("naive", naive(given, seed=seed, at=at)),
    ):
        rows += [head | {"recipe": recipe, "answers": o.answers, "f": o.f1, "seconds": o.seconds} for o in outcomes]
    rows += [head | row for row in _anew(given, sets[name], seed)]
    if len(given.answers) >= A_ROUND_AT:
        seconds = seconds_of_a_round(given, A_ROUND_AT, UpdateSettings(), seed=seed)
        rows.append(head | {"recipe": "a round", "answers": A_ROUND_AT} | seconds)
    return rows


def _anew(given: Any, n: int, seed: int) -> Iterator[Row]:
    """Rows of training from scratch every 100 answers."""
    seconds = 0.0
    for cut in sorted({*range(EVERY, n + 1, EVERY), n}):
        found = from_scratch(given, cut, seed=seed)
        seconds += found.seconds
        for recipe, f in (("from scratch, best epoch", found.best), ("from scratch, last epoch", found.last)):
            yield {"recipe": recipe, "answers": cut, "f": f, "seconds": seconds}


def _averaged(rows: list[Row]) -> list[Row]:
    groups = grouped((row for row in rows if "f" in row), "set", "answers", "recipe")
    return [
        {
            "set": name,
            "answers": answers,
            "recipe": recipe,
            "F": mean(row["f"] for row in group),
            "±": stdev(row["f"] for row in group) if len(group) > 1 else 0.0,
            "seconds": mean(row["seconds"] for row in group),
        }
        for (name, answers, recipe), group in sorted(groups.items())
    ]


if __name__ == "__main__":
    main()
