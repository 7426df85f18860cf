"""How good a model is after so many minutes: from nothing, with word vectors, and with what its user can say first.

Minutes are modelled: an example takes 4 s, a decision about a term 2 s, a pattern 4 s, and a text as in
`loop.timing`.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, product
from pathlib import Path
from typing import Any

from _common import options, show, write_json
from _curves import in_words
from _learning import KNOWN, Job, finished

from loop.settings import AcquireSettings

SETS = ("food_ingredients", "fashion_brands", "ncbi_disease", "crossner_ai", "uner_zh")
WITH_FILE = ("food_ingredients", "fashion_brands")
ENGLISH = SETS[:-1]
MINUTES = (5, 10, 20, 40, 60)
AT = (25, 100)  # answers
# The default acquisition function before there were word vectors, with which a start from nothing is compared.
BEFORE = "expected_errors"
ANSWERS = 10_000
SECONDS, F = 3, 6  # columns of a point


def main() -> None:
    """Run what is missing, then print the tables of everything there is."""
    parser = options(str(__doc__))
    parser.add_argument("--results", type=Path, default=Path(__file__).parent / "results" / "learning")
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    parser.add_argument("--starts", default=",".join(["blank", "builtin", *KNOWN]), help="with commas")
    parser.add_argument("--strategy", default=AcquireSettings().strategy, help="of all starts but blank")
    parser.add_argument("--sets", default=",".join(SETS), help="with commas")
    parser.add_argument("--minutes", type=int, default=MINUTES[-1])
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    jobs = list(jobs_of(arguments))
    wanted = finished(jobs, arguments)
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
                    strategy = BEFORE if start == "blank" else arguments.strategy
                    yield Job(name, arguments.split, strategy, seed, ANSWERS, start, arguments.minutes)


def _exists(name: str, start: str) -> bool:
    """There are vectors for English only, and pattern files for two sets."""
    if start == "file":
        return name in WITH_FILE
    return name != "uner_zh" or start != "builtin"


def f1_after(points: Sequence[Sequence[float]], minutes: float) -> float:
    """F1 of the model that is there after so many minutes; 0 before the first."""
    return next((point[F] for point in reversed(points) if point[SECONDS] <= 60 * minutes), 0.0)


def f1_at(points: Sequence[Sequence[float]], answers: int) -> float:
    """F1 of the model that has learned so many answers, or the last one of a shorter run; 0 before the first."""
    return next((point[F] for point in reversed(points) if point[0] <= answers), 0.0)


def measures(points: Sequence[Sequence[float]]) -> dict[str, float]:
    """The F1 of one run after so many minutes and answers."""
    return {f"{n} min": f1_after(points, n) for n in MINUTES} | {f"{n} answers": f1_at(points, n) for n in AT}


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
        found = [measures(points) for points in curves]
        rows.append(row | {key: statistics.mean(one[key] for one in found) for key in found[0]})
    show("F1 after so many modelled minutes and answers, means over the seeds", rows)
    return rows


def compared(runs: dict[Job, dict[str, Any]], starts: Sequence[str]) -> list[dict[str, Any]]:
    """Print how much better each start is than those before it, paired by set and seed; return the rows.

    "mean" is that over the minutes, "English" all sets but uner_zh.
    """
    found = {(job.start, job.set, job.seed): measures(run["points"]) for job, run in runs.items()}
    groups = {name: (name,) for name in SETS} | {"English": ENGLISH}
    rows = []
    for (against, start), (group, names) in product(combinations(starts, 2), groups.items()):
        pairs = [
            (found[against, name, seed], ours)
            for (which, name, seed), ours in found.items()
            if which == start and name in names and (against, name, seed) in found
        ]
        if pairs:
            gains = {key: [ours[key] - theirs[key] for theirs, ours in pairs] for key in pairs[0][0]}
            means = [statistics.mean(each) for each in zip(*(gains[f"{n} min"] for n in MINUTES), strict=True)]
            cells = {f"Δ {key}": in_words(each) for key, each in gains.items()}
            rows.append({"set": group, "start": start, "against": against, "mean Δ": in_words(means)} | cells)
    show("Δ in F1, paired by set and seed, with 95 % intervals", rows)
    return rows


if __name__ == "__main__":
    main()
