"""How good a model is after so many minutes: from nothing, with word vectors, and with what its user can say first.

Minutes are modelled: an example takes 4 s, a decision about a term 2 s, a pattern 4 s, and a text as in
`loop.timing`.
"""

from __future__ import annotations

import statistics
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from _common import options, show, write_json
from _curves import interval
from _learning import KNOWN, Job, Results, run_all

from loop.settings import AcquireSettings

SETS = ("food_ingredients", "fashion_brands", "ncbi_disease", "crossner_ai", "uner_zh")
WITH_FILE = ("food_ingredients", "fashion_brands")
MINUTES = (5, 10, 20, 40, 60)
ANSWERS = 10_000
SECONDS, F = 3, 6  # columns of a point


def main() -> None:
    """Run what is missing, then print the tables of everything there is."""
    parser = options(str(__doc__))
    parser.add_argument("--results", type=Path, default=Path(__file__).parent / "results" / "learning")
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    parser.add_argument("--starts", default=",".join(["blank", "builtin", *KNOWN]), help="with commas")
    parser.add_argument("--strategy", default=AcquireSettings().strategy)
    parser.add_argument("--sets", default=",".join(SETS), help="with commas")
    parser.add_argument("--minutes", type=int, default=MINUTES[-1])
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    jobs = list(jobs_of(arguments))
    with tempfile.TemporaryDirectory(prefix="loop-") as scratch:
        results = Results(Path(scratch) if arguments.quick else arguments.results)
        for job in run_all(jobs, arguments.data, results, workers=arguments.workers, hours=24):
            print(f"{job.set} {job.start} seed {job.seed}", flush=True)
        wanted = {job: run for run in results.all() if (job := Job(*(run[name] for name in Job._fields))) in set(jobs)}
    rows = [*table(wanted, arguments.starts.split(",")), *compared(wanted, arguments.starts.split(","))]
    write_json(arguments.json, rows, seeds=sorted({job.seed for job in jobs}))


def jobs_of(arguments: Any) -> Iterator[Job]:
    """Seed by seed, so that a stop leaves them balanced."""
    if arguments.quick:
        for start in ("builtin", "examples"):
            yield Job("food_ingredients", "dev", arguments.strategy, 0, 20, start, 10)
        return
    for seed in range(arguments.seeds):
        for name in arguments.sets.split(","):
            for start in arguments.starts.split(","):
                if _exists(name, start):
                    yield Job(name, arguments.split, arguments.strategy, seed, ANSWERS, start, arguments.minutes)


def _exists(name: str, start: str) -> bool:
    """There are vectors for English only, and pattern files for two sets."""
    if start == "file":
        return name in WITH_FILE
    return name != "uner_zh" or start != "builtin"


def f1_after(points: Sequence[Sequence[float]], minutes: float) -> float:
    """F1 of the model that is there after so many minutes; 0 before the first."""
    return next((point[F] for point in reversed(points) if point[SECONDS] <= 60 * minutes), 0.0)


def table(runs: dict[Job, dict[str, Any]], starts: Sequence[str]) -> list[dict[str, Any]]:
    """Print the means over the seeds, and return the rows."""
    by: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for job, run in runs.items():
        by[job.set, job.start].append(run["points"])
    rows = []
    for (name, start), curves in sorted(by.items(), key=lambda item: (item[0][0], starts.index(item[0][1]))):
        first = [points[0] for points in curves if points and points[0][0] == 0]
        row: dict[str, Any] = {"set": name, "start": start, "seeds": len(curves)}
        row["begins after s"] = statistics.mean(point[SECONDS] for point in first) if first else 0.0
        row["F1 then"] = statistics.mean(point[F] for point in first) if first else 0.0
        row |= {f"{n} min": statistics.mean(f1_after(points, n) for points in curves) for n in MINUTES}
        rows.append(row)
    show("F1 after so many modelled minutes, means over the seeds", rows)
    return rows


def compared(runs: dict[Job, dict[str, Any]], starts: Sequence[str]) -> list[dict[str, Any]]:
    """Print how much better the later of the starts are than the first, paired by set and seed; return the rows."""
    rows = []
    for start in starts[1:]:
        every: dict[int, list[float]] = defaultdict(list)
        for name in SETS:
            pairs = [
                (runs[other]["points"], run["points"])
                for job, run in runs.items()
                if (job.set, job.start) == (name, start) and (other := job._replace(start=starts[0])) in runs
            ]
            if pairs:
                found = {n: [f1_after(b, n) - f1_after(a, n) for a, b in pairs] for n in MINUTES}
                means = [statistics.mean(each) for each in zip(*found.values(), strict=True)]
                rows.append({"set": name, "start": start, "mean Δ": _words(means)} | _cells(found))
                for n, each in found.items():
                    every[n] += each
        if every:
            means = [statistics.mean(each) for each in zip(*every.values(), strict=True)]
            rows.append({"set": "all", "start": start, "mean Δ": _words(means)} | _cells(every))
    show(f"Δ to {starts[0]} in F1, paired by set and seed, with 95 % intervals", rows)
    return rows


def _cells(found: dict[int, list[float]]) -> dict[str, str]:
    return {f"Δ {n} min": _words(each) for n, each in found.items()}


def _words(differences: Sequence[float]) -> str:
    mean, low, high = interval(differences)
    return f"{mean:+.1f}" + (f" ({low:+.1f} to {high:+.1f})" if len(differences) > 1 else "")


if __name__ == "__main__":
    main()
