"""Whether what `loop status` says comes true: stop or go on, F1, what more answers bring, by label, and confidence.

A project asks by default settings, after five examples of each label, until the budget is spent; three models learn all
of its pool, and say what was left to gain. Finished runs are kept, and not run again.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from _advice import EVERY, Counts, Job, perform
from _common import options, show, write_json
from _confidence import calibration_error
from _learning import LEARNING
from _runs import finished

from loop.acquire.stopping import WORTH
from loop.progress.advice import MORE

# The constants were chosen on the first three.
SETS = {
    "food_ingredients": "dev",
    "ncbi_disease": "dev",
    "demo": "test",
    "fashion_brands": "test",
    "crossner_ai": "test",
    "uner_en_ewt": "test",
    "uner_zh": "test",
}
CHOSEN_ON = tuple(SETS)[:3]
BUDGET, SAVED = 600, 0.3
QUICK_BUDGET = 80
# F1 is a mean over so many rows: one round's is noise. The first rows say too little to be judged.
SMOOTH, FROM = 5, 80
FEWEST_GOLD = 30
BINS = (0.0, 2.0, 4.0, 8.0, 15.0, 100.0)
Run = Mapping[str, Any]


def main() -> None:
    """Run what is missing, then print the tables."""
    parser = options(str(__doc__))
    parser.add_argument("--results", type=Path, default=Path(__file__).parent / "results" / "advice")
    parser.add_argument("--sets", default=",".join(SETS), help="with commas")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--budget", type=int, default=BUDGET, help="answers")
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.sets, arguments.seeds, arguments.budget = "crossner_ai", 1, QUICK_BUDGET
    jobs = list(jobs_of(arguments))
    runs = finished(jobs, perform, arguments, depends=[*LEARNING, "benchmarks/_advice.py"])
    projects = [(job, run, all_of(job, runs)) for job, run in runs.items() if not job.whole]
    rows = [judged(*project) for project in projects]
    show(f"Stops: the rest of the pool brings less than {WORTH:g} F1, {SAVED:.0%} saved", rows)
    more = [*estimates(projects), *by_label(projects), *reliability(projects)]
    write_json(arguments.json, [*rows, *more], seeds=sorted({job.seed for job in jobs}))


def jobs_of(arguments: Any) -> Iterator[Job]:
    """Seed by seed, so that a stop leaves them balanced."""
    for seed in range(arguments.seeds):
        for name in arguments.sets.split(","):
            for whole in (False, True):
                yield Job(name, SETS[name], seed, arguments.budget, whole)


def all_of(job: Job, runs: Mapping[Job, Run]) -> np.ndarray:
    """(labels, 3) the counts of the models that have learned all of the pool, summed over seeds and rounds."""
    same = [run["whole"] for other, run in runs.items() if other.whole and other.set == job.set]
    return np.array([table for tables in same for table in tables]).sum(axis=0)


def f1_of(table: np.ndarray | Counts) -> float:
    """F1 in percent from counts of labels, all together."""
    both, found, gold = np.asarray(table).reshape(-1, 3).sum(axis=0).tolist()
    return 200 * both / max(1, found + gold)


def smooth(rows: Sequence[Run], label: int | None = None) -> list[float]:
    """F1 of each row, a mean over some rows around it, as far as there are any."""
    scores = [f1_of(row["test"] if label is None else row["test"][label]) for row in rows]
    near = SMOOTH // 2
    return [statistics.mean(scores[max(0, n - near) : n + near + 1]) for n in range(len(scores))]


def judged(job: Job, run: Run, everything: np.ndarray) -> dict[str, Any]:
    """When a project was first told to stop, what that saved and cost, and whether its numbers were true."""
    rows, whole, now = run["rows"], f1_of(everything), smooth(run["rows"])
    budget = min(job.answers, run["pool"])
    left = [whole - f1 for f1 in now]
    at = next((n for n, row in enumerate(rows) if row["kind"] == "stop"), None)
    latest = max((n for n, row in enumerate(rows) if row["answers"] <= (1 - SAVED) * budget), default=0)
    told = [(row["f1"], f1) for row, f1 in zip(rows, now, strict=True) if row["f1"] and row["answers"] >= FROM]
    return {
        "set": job.set,
        "seed": job.seed,
        "pool": run["pool"],
        "F1 of all": whole,
        "stop at": rows[at]["answers"] if at is not None else "–",
        "rest said": rows[at]["rest"] if at is not None else rows[-1]["rest"] or "–",
        "rest true": left[at if at is not None else -1],
        "saved": f"{1 - rows[at]['answers'] / budget:.0%}" if at is not None else "–",
        f"rest true at {1 - SAVED:.0%}": left[latest],
        "F1 inside": f"{sum(low <= true <= high for (_, low, high), true in told)} of {len(told)}",
        "F1 off by": statistics.mean(abs(f1 - true) for (f1, _, _), true in told) if told else "–",
        "width": statistics.mean(high - low for (_, low, high), _ in told) if told else "–",
    }


Projects = Sequence[tuple[Job, Run, np.ndarray]]


def estimates(projects: Projects) -> list[dict[str, Any]]:
    """Print how true the expected gains are, of the next answers and of the rest, chosen on and others."""
    found: dict[tuple[str, str], list[tuple[float, float, bool]]] = defaultdict(list)
    for job, run, everything in projects:
        rows, now = run["rows"], smooth(run["rows"])
        part = "chosen on" if job.set in CHOSEN_ON else "others"
        for n, row in enumerate(rows):
            later = n + MORE // EVERY
            if row["rest"] is None or row["answers"] < FROM:
                continue
            if later < len(rows):
                f1, low, high = row["gain"]
                true = now[later] - now[n]
                found[part, f"the next {MORE}"].append((f1, true, low <= true <= high))
            found[part, "the rest"].append((row["rest"], f1_of(everything) - now[n], False))
    rows = [
        {
            "sets": part,
            "of": of,
            "moments": len(each),
            "said": statistics.mean(f1 for f1, _, _ in each),
            "true": statistics.mean(true for _, true, _ in each),
            "off by": statistics.mean(abs(f1 - true) for f1, true, _ in each),
            "inside": statistics.mean(inside for _, _, inside in each) if of != "the rest" else "–",
        }
        for (part, of), each in sorted(found.items())
    ]
    show("The gain that it expects, in F1", rows)
    return rows


def by_label(projects: Projects) -> list[dict[str, Any]]:
    """Print what the rest of the pool brings a label, by what was said."""
    found: dict[tuple[str, int], list[float]] = defaultdict(list)
    for job, run, everything in projects:
        part = "chosen on" if job.set in CHOSEN_ON else "others"
        for n, label in enumerate(run["labels"]):
            if len(run["labels"]) < 2 or run["rows"][-1]["test"][n][2] < FEWEST_GOLD:
                continue
            for row, f1 in zip(run["rows"], smooth(run["rows"], n), strict=True):
                if label in row["labels"] and row["answers"] >= FROM:
                    place = int(np.searchsorted(BINS, row["labels"][label], side="right"))
                    found[part, place].append(f1_of(everything[n]) - f1)
    rows = [
        {
            "sets": part,
            "said": f"{BINS[place - 1]:g} to {BINS[place]:g}",
            "moments": len(each),
            "true": statistics.mean(each),
            "nine in ten below": float(np.percentile(each, 90)),
        }
        for (part, place), each in sorted(found.items())
    ]
    show("What the rest brings a label, in its F1", rows)
    return rows


def reliability(projects: Projects) -> list[dict[str, Any]]:
    """Print how true the confidence in entities is at the end, all seeds of a set together."""
    pairs: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for job, run, _ in projects:
        pairs[job.set] += [(p, bool(is_right)) for p, is_right in run["confidence"]]
    rows = [
        {
            "set": name,
            "entities": len(each),
            "ECE": calibration_error(each),
            **{f"{low:.1f} to {low + 0.2:.1f}": _right(each, low) for low in np.arange(0, 1, 0.2).tolist()},
        }
        for name, each in pairs.items()
    ]
    show("Confidence: the share that is right of entities by their confidence", rows)
    return rows


def _right(pairs: Sequence[tuple[float, bool]], low: float) -> Any:
    inside = [is_right for p, is_right in pairs if low <= p < low + 0.2 or (low > 0.75 and p == 1)]
    return statistics.mean(inside) if inside else "–"


if __name__ == "__main__":
    main()
