"""How many answers a model costs: texts chosen by doubt against texts drawn at random, with `loop simulate`."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any

from _common import options, show, write_json

SETS = ("food_ingredients", "ncbi_disease")
STRATEGIES = ("entropy_per_token", "random")
AT = (50, 100, 150, 200)


def main() -> None:
    """Run every combination, two at a time, and print means over the seeds."""
    arguments = options(str(__doc__)).parse_args()
    seeds, at = (range(1), AT[:1]) if arguments.quick else (range(3), AT)
    runs = list(product(SETS, STRATEGIES, seeds))
    with ThreadPoolExecutor(2) as pool:
        curves = dict(zip(runs, pool.map(lambda run: simulate(arguments.data, *run, at[-1]), runs), strict=True))
    rows = [
        summary(name, strategy, n, [curves[name, strategy, seed] for seed in seeds])
        for name, strategy, n in product(SETS, STRATEGIES, at)
    ]
    show(f"F by answers: blank:en, mean over {len(seeds)} seeds", rows)
    each = [{"set": name, "strategy": s, "seed": seed, "curve": curve} for (name, s, seed), curve in curves.items()]
    write_json(arguments.json, rows, seeds=seeds, curves=each)


def simulate(data: Path, name: str, strategy: str, seed: int, answers: int) -> list[dict[str, Any]]:
    """The rows of one `loop simulate`."""
    folder = data / name
    command = [
        *(sys.executable, "-m", "loop", "simulate", str(folder / "train.jsonl"), "--test", str(folder / "test.jsonl")),
        *("--answers", str(answers), "--strategy", strategy, "--seed", str(seed), "--json"),
    ]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows: list[dict[str, Any]] = json.loads(printed)
    return rows


def summary(name: str, strategy: str, answers: int, curves: Sequence[list[dict[str, Any]]]) -> dict[str, Any]:
    """One line of the table: means over the seeds, and the spread of F."""
    at = [next(row for row in curve if row["answers"] == answers) for curve in curves]
    scores = [row["f"] for row in at]
    return {
        "set": name,
        "strategy": strategy,
        "answers": answers,
        "tokens": round(statistics.mean(row["tokens"] for row in at)),
        "P": statistics.mean(row["p"] for row in at),
        "R": statistics.mean(row["r"] for row in at),
        "F": statistics.mean(scores),
        "lowest F": min(scores),
        "highest F": max(scores),
    }


if __name__ == "__main__":
    main()
