"""What is worth asking: how good a model is after so many minutes of questions, by how they are chosen.

Minutes are modelled, as in `loop.simulate.effort.Times`. Each way is compared with random choice, paired by set and
seed. Tokens around a passage are dimmed: the same runs are also priced as if these cost nothing, or the full price.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from math import exp
from pathlib import Path
from random import Random
from typing import Any

from _common import options, show, write_json
from _curves import in_words
from _learning import WAYS, Job, finished
from start import ANSWERS, MINUTES, SECONDS, SETS, F, f1_after

from loop.simulate.effort import USUAL, Times
from loop.timing import PRIOR

AGAINST = "random"
DEFAULTS = "random,expected_errors,gain_per_second,passages"
# What an answer costs instead. The last ones are unlike any cost model that a project can fit.
PRICES = {
    "dimmed tokens free": Times(dimmed=0.0),
    "dimmed tokens at full price": Times(dimmed=1.0),
    "2 s an edit": Times(replace(PRIOR, edit=2.0)),
    "0.12 s a token": Times(replace(PRIOR, token=0.12)),
    "to the power of 0.75": Times(power=0.75),
    "to the power of 1.25": Times(power=1.25),
    "scattered by 0.7": Times(scatter=0.7),
}


def main() -> None:
    """Run what is missing, then print the tables of everything there is."""
    parser = options(str(__doc__))
    parser.add_argument("--results", type=Path, default=Path(__file__).parent / "results" / "learning")
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    parser.add_argument("--ways", default=DEFAULTS, help=f"with commas; there are {', '.join(WAYS)}")
    parser.add_argument("--sets", default=",".join(SETS), help="with commas")
    parser.add_argument("--start", default="builtin", help="what is known before; uner_zh has no word vectors")
    parser.add_argument("--minutes", type=int, default=MINUTES[-1])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    jobs = list(jobs_of(arguments))
    wanted = finished(jobs, arguments)
    rows = [*table(wanted), *compared(wanted), *saved(wanted), *repriced(wanted)]
    write_json(arguments.json, rows, seeds=sorted({job.seed for job in jobs}))


def jobs_of(arguments: Any) -> Iterator[Job]:
    """Seed by seed, so that a stop leaves them balanced."""
    if arguments.quick:
        for way in ("random", "gain_per_second"):
            yield Job("food_ingredients", "dev", way, 0, 20, arguments.start, 10)
        return
    for seed in range(arguments.seeds):
        for name in arguments.sets.split(","):
            for way in arguments.ways.split(","):
                yield Job(name, arguments.split, way, seed, ANSWERS, arguments.start, arguments.minutes)


def table(runs: dict[Job, dict[str, Any]]) -> list[dict[str, Any]]:
    """Print the means over the seeds, and return the rows."""
    by: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for job, run in runs.items():
        by[job.set, job.method].append(run["points"])
    rows: list[dict[str, Any]] = []
    for (name, way), curves in sorted(by.items()):
        after = {f"{n} min": statistics.mean(f1_after(points, n) for points in curves) for n in MINUTES}
        answers = statistics.mean(points[-1][0] for points in curves)
        rows.append({"set": name, "way": way, "seeds": len(curves)} | after | {"answers": answers})
    show("F1 after so many modelled minutes, means over the seeds", rows)
    return rows


def compared(runs: dict[Job, dict[str, Any]]) -> list[dict[str, Any]]:
    """Print how much better each way is than random choice, by set and over the sets; return the rows."""
    rows: list[dict[str, Any]] = []
    for way in dict.fromkeys(job.method for job in runs):
        for group in (*SETS, "all"):
            pairs = [
                (runs[job._replace(method=AGAINST)]["points"], run["points"])
                for job, run in runs.items()
                if job.method == way != AGAINST and group in (job.set, "all") and job._replace(method=AGAINST) in runs
            ]
            if pairs:
                gains = {n: [f1_after(ours, n) - f1_after(theirs, n) for theirs, ours in pairs] for n in MINUTES}
                means = [statistics.mean(each) for each in zip(*gains.values(), strict=True)]
                cells = {f"Δ {n} min": in_words(each) for n, each in gains.items()}
                rows.append({"set": group, "way": way, "mean Δ": in_words(means)} | cells)
    show(f"Δ in F1 against {AGAINST}, paired by set and seed, with 95 % intervals", rows)
    return rows


def saved(runs: dict[Job, dict[str, Any]]) -> list[dict[str, Any]]:
    """Print in what share of random choice's seconds each way reaches its last F1; return the rows.

    A way that never reaches it counts as having needed 1.
    """
    shares: dict[str, list[float]] = defaultdict(list)
    for job, run in runs.items():
        other = runs.get(job._replace(method=AGAINST))
        if other is not None and job.method != AGAINST:
            aim, whole = f1_after(other["points"], MINUTES[-1]), 60 * MINUTES[-1]
            reached = (point[SECONDS] for point in run["points"] if point[F] >= aim)
            shares[job.method].append(min(1.0, next(reached, whole) / whole))
    rows = [
        {"way": way, "share of the seconds": statistics.mean(each), "runs": len(each)} for way, each in shares.items()
    ]
    show(f"Until the F1 of {AGAINST} after {MINUTES[-1]} minutes", rows)
    return rows


def repriced(runs: dict[Job, dict[str, Any]]) -> list[dict[str, Any]]:
    """Print the mean differences if tokens and edits cost something else, with the same questions; return the rows.

    At lower prices a run ends before so many minutes: only what all runs reach is compared.
    """
    rows: list[dict[str, Any]] = []
    for name, times in PRICES.items():
        priced = {job: _priced(run, times) for job, run in runs.items()}
        most = min((points[-1][SECONDS] for points in priced.values() if points), default=0.0)
        minutes = [n for n in MINUTES if 60 * n <= most] or [MINUTES[0]]
        for way in dict.fromkeys(job.method for job in runs):
            pairs = [
                (priced[job._replace(method=AGAINST)], points)
                for job, points in priced.items()
                if job.method == way != AGAINST and job._replace(method=AGAINST) in priced
            ]
            if pairs:
                gains = [
                    statistics.mean(f1_after(ours, n) - f1_after(theirs, n) for n in minutes) for theirs, ours in pairs
                ]
                rows.append({"price": name, "way": way, "mean Δ": in_words(gains), "minutes": minutes[-1]})
    show(f"Δ in F1 against {AGAINST} at other prices, means up to so many minutes", rows)
    return rows


def _priced(run: dict[str, Any], times: Times) -> list[list[float]]:
    """The points of a run with other seconds; what was said before the first answer keeps its own."""
    seconds, usual = (
        [_seconds(each, place, *asked) for place, asked in zip(run["chosen"], run["asked"], strict=True)]
        for each in (times, USUAL)
    )
    before = run["points"][0][SECONDS] - sum(usual[: int(run["points"][0][0])]) if run["points"] else 0.0
    return [
        [*point[:SECONDS], before + sum(seconds[: int(point[0])]), *point[SECONDS + 1 :]] for point in run["points"]
    ]


def _seconds(times: Times, place: int, inside: int, around: int, edits: int) -> float:
    """As `Times.seconds`; by the text's place in the pool, every way pays the same for the same text."""
    usual = times.cost.seconds(tokens=inside + times.dimmed * around, spans=0, edits=edits)
    return float(usual**times.power) * exp(Random(place).gauss(0.0, times.scatter))


if __name__ == "__main__":
    main()
