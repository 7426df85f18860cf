"""How often the intervals hold the truth: samples of real texts, drawn from a population whose true scores are known.

A population is all texts of a set with what a model that was taught with 150 of them finds there. Each sample is scored
as held-out texts are; an interval of 95 % should hold the population's own score 95 times of 100.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from _common import options, show, write_json
from _populations import SETS, Population, population
from numpy.typing import NDArray

from loop.intervals import Measure, measures, over_units

SIZES = (25, 50, 100, 200, 400, 800)
RUNS = 1000
SEED = 1
SCORES = ("p", "r", "f1")
_TOGETHER = 100  # samples in memory at a time


def main() -> None:
    """Print how often the truth lies inside, for each set, label, unit and size."""
    arguments = options(str(__doc__)).parse_args()
    sets, runs = (SETS[:1], 100) if arguments.quick else (SETS, RUNS)
    sizes = SIZES[1:4:2] if arguments.quick else SIZES
    rows = [
        row
        for name in sets
        for kind, table in columns(population(arguments.data, name))
        for row in covered(f"{name} {kind}", table, runs, sizes)
    ]
    show(f"Intervals of 95 % that hold the truth, of {runs} samples (percent)", rows)
    write_json(arguments.json, rows, seeds=[SEED], runs=runs)


def columns(one: Population) -> Iterator[tuple[str, NDArray[np.int64]]]:
    """(units, 4) counts: of all labels by text and by document, and of each label by text."""
    whole = one.table.sum(axis=1)
    yield "all, texts", whole
    if len(set(one.documents)) > max(SIZES) / 2:
        yield "all, documents", over_units(whole, one.documents)
    if len(one.labels) > 1:
        yield from ((f"{label}, texts", one.table[:, i]) for i, label in enumerate(one.labels))


def covered(name: str, table: NDArray[np.int64], runs: int, sizes: tuple[int, ...]) -> Iterator[dict[str, Any]]:
    """A row for each size of the sample, about the samples that have an interval."""
    truth = measures(table[:, None])[0]
    for size in sizes:
        rng = np.random.default_rng([SEED, size])
        samples = [table[rng.integers(len(table), size=(size, _TOGETHER))] for _ in range(runs // _TOGETHER)]
        every = [one for sample in samples for one in measures(sample)]
        found = [one for one in every if one.p_interval and one.r_interval and one.f1_interval]
        if not found:
            continue
        row: dict[str, Any] = {"population": name, "true F1": truth.f1, "units": size}
        row["gold spans"] = float(table[:, 2].mean() * size)
        row |= {score.upper(): 100 * sum(_holds(one, truth, score) for one in found) / len(found) for score in SCORES}
        wide = [high - low for low, high in (one.f1_interval or (0.0, 0.0) for one in found)]
        yield row | {"width of F1": float(np.mean(wide)), "no interval": 100 * (1 - len(found) / len(every))}


def _holds(one: Measure, truth: Measure, score: str) -> bool:
    low, high = getattr(one, f"{score}_interval")
    return bool(low <= getattr(truth, score) <= high)


if __name__ == "__main__":
    main()
