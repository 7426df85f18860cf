"""What it is worth that annotators overlap: F1 by answers, with and without a review of their differences.

Three oracles answer by turns, each with mistakes of its own. A review costs its modelled time, but no answers.
"""

from __future__ import annotations

import statistics
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from _common import options, show, write_json
from _data import base_of, labels_of, splits
from _learning import LEARNING
from _runs import finished

from loop.learning.matrix_products import use_fast_products
from loop.settings import ProjectPaths, ProjectSettings, Settings
from loop.simulate import Scenario, simulate

NOISE = (0.1, 0.2, 0.3)
WAYS = ((0.0, False), (0.1, False), (0.1, True), (0.3, False), (0.3, True))
AT = (50, 100, 200)
SETS = ("food_ingredients", "fashion_brands")

DEPENDS = (*LEARNING, "loop/overlap.py", "loop/quality", "benchmarks/teams.py")

Point = Sequence[float]
"""Answers, modelled seconds, and F1."""


class Job(NamedTuple):
    """One simulated project."""

    set: str
    overlap: float
    review: bool
    seed: int
    answers: int


def main() -> None:
    """Run what is missing, and print a table."""
    parser = options(str(__doc__))
    parser.add_argument("--results", type=Path, default=Path(__file__).parent / "results" / "teams")
    parser.add_argument("--sets", default=",".join(SETS), help="with commas")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    jobs = list(jobs_of(arguments))
    rows = table(finished(jobs, perform, arguments, depends=DEPENDS))
    write_json(arguments.json, rows, seeds=sorted({job.seed for job in jobs}))


def jobs_of(arguments: Any) -> Iterator[Job]:
    """Seed by seed."""
    if arguments.quick:
        yield from (Job("food_ingredients", 0.3, review, 0, 20) for review in (False, True))
        return
    for seed in range(arguments.seeds):
        for name in arguments.sets.split(","):
            yield from (Job(name, overlap, review, seed, AT[-1]) for overlap, review in WAYS)


def perform(job: Job, data: Path) -> list[Point]:
    """The answers, modelled seconds and F1 of one project."""
    use_fast_products()
    pool, test = splits(data, job.set, "dev")
    base = base_of(job.set)
    vectors = "builtin:en" if base == "blank:en" else None
    project = ProjectSettings(base=base, labels=labels_of(pool, test), seed=job.seed, vectors=vectors)
    settings = Settings(project=project)
    settings = replace(settings, annotators=replace(settings.annotators, overlap=job.overlap))
    scenario = Scenario(job.answers, noise=NOISE[0], others=NOISE[1:], review=job.review, every=min(AT[0], job.answers))
    with tempfile.TemporaryDirectory(prefix="loop-") as folder:
        rows = simulate(ProjectPaths(Path(folder)), settings, pool, test, scenario)
        return [(row.answers, row.seconds, row.f1) for row in rows]


def table(found: Mapping[Job, Sequence[Point]]) -> list[dict[str, Any]]:
    """Print the means over the seeds, and return the rows."""
    by: dict[tuple[str, float, bool], list[Any]] = defaultdict(list)
    for job, points in found.items():
        by[job.set, job.overlap, job.review].append(points)
    rows: list[dict[str, Any]] = []
    for (name, overlap, review), curves in by.items():
        row: dict[str, Any] = {"set": name, "overlap": f"{overlap:.0%}", "review": "yes" if review else "no"}
        for n in AT:
            row[f"F1 at {n}"] = statistics.mean(
                max(p for p in points if p[0] <= max(n, points[0][0]))[2] for points in curves
            )
        row["minutes"] = statistics.mean(points[-1][1] for points in curves) / 60
        rows.append(row | {"seeds": len(curves)})
    show(f"Three annotators with noise {NOISE}, means over the seeds", rows)
    return rows


if __name__ == "__main__":
    main()
