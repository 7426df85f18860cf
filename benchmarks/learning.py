"""How many answers a model costs: every way of choosing texts, in simulated projects that stop and go on.

Stage 1 compares all strategies by the dev splits; stage 2 the chosen ones with random choice on the test splits.
Stage 3 compares starts, without and with the word vectors that come with loop, on English sets.
"""

from __future__ import annotations

import statistics
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from _common import options, show, write_json
from _curves import area, interval, mean_curve, spent_to_reach, value
from _learning import VECTORS, Job, Results, run_all

from loop.acquire.acquisition import acquisition_functions
from loop.settings import AcquireSettings

SETS = {1: ("food_ingredients", "ncbi_disease")}
SETS[3] = ("fashion_brands", *SETS[1], "crossner_ai")
SETS[2] = (*SETS[3], "uner_zh")
SEEDS = {1: 3, 2: 5, 3: 3}
SPLITS = {1: "dev", 2: "test", 3: "dev"}
STARTS = {1: ("blank",), 2: ("blank",), 3: ("blank", "builtin")}
ANSWERS = 300
# Ways of choosing and asking that are no strategy; the second is Prodigy's, by its documentation.
OTHERS = ("teach", "ner.teach")
FULL = "full data"
SHARE_OF_FULL = 0.95
# The columns of a point.
X = {"answers": 0, "tokens": 1, "seconds": 3}
F = 6


def main() -> None:
    """Run what is missing, then print the tables of everything there is."""
    parser = options(str(__doc__))
    parser.add_argument("--results", type=Path, default=Path(__file__).parent / "results" / "learning")
    parser.add_argument("--stage", type=int, choices=(1, 2, 3), default=1)
    parser.add_argument("--split", choices=("dev", "test"), help="other than the stage's")
    parser.add_argument("--starts", default="", help=f"with commas: {', '.join(VECTORS)}, or a folder or package")
    parser.add_argument("--answers", type=int, default=ANSWERS, help="at most so many in each run")
    parser.add_argument("--methods", default="", help="with commas; in stage 2 the strategies chosen by stage 1")
    parser.add_argument("--sets", default="", help="with commas")
    parser.add_argument("--seeds", type=int, help="how many")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--hours", type=float, default=24.0, help="begin no run later than this")
    arguments = parser.parse_args()
    seeds = arguments.seeds or SEEDS[arguments.stage]
    starts = arguments.starts.split(",") if arguments.starts else STARTS[arguments.stage]
    jobs = [
        job._replace(split=arguments.split or job.split, answers=arguments.answers, start=start)
        for job in jobs_of(arguments.stage, arguments.sets, arguments.methods, seeds)
        for start in starts
    ]
    if arguments.quick:
        seeds, methods = 1, ("random", AcquireSettings().strategy)
        jobs = [Job("food_ingredients", "dev", method, 0, 50) for method in methods]
    with tempfile.TemporaryDirectory(prefix="loop-") as scratch:
        results = Results(Path(scratch) if arguments.quick else arguments.results)
        for job in run_all(jobs, arguments.data, results, workers=arguments.workers, hours=arguments.hours):
            print(f"{job.set} {job.split} {job.method} {job.start} seed {job.seed}", flush=True)
        runs = [run for run in results.all() if Job(*(run[name] for name in Job._fields)) in set(jobs)]
    rows = report([run for run in runs if run["start"] == starts[0]]) + compared(runs, starts)
    write_json(arguments.json, rows, seeds=range(seeds))


def jobs_of(stage: int, sets: str, methods: str, seeds: int) -> Iterator[Job]:
    """The runs of a stage in their order: seed by seed, so that a stop leaves them balanced; successors come last."""
    names = [name for name in sets.split(",") if name] or SETS[stage]
    strategies = [name for name in methods.split(",") if name] or default_methods(stage)
    for seed in range(seeds):
        jobs = [Job(name, SPLITS[stage], method, seed, ANSWERS) for name, method in product(names, strategies)]
        yield from sorted(
            (job for job in jobs if job.method != FULL or seed == 0), key=lambda job: job.method.startswith("successor")
        )


def default_methods(stage: int) -> list[str]:
    """All of them, or what stage 1 has left, with successors and the score of all data."""
    if stage == 1:
        return ["random", *sorted(set(acquisition_functions.get_all()) - {"random"}), *OTHERS]
    default = AcquireSettings().strategy
    if stage == 3:
        return ["random", default]
    return ["random", default, "successor of random", f"successor of {default}", FULL]


def report(runs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Print what the runs say, and return the rows of the tables."""
    by: dict[str, dict[str, dict[int, list[list[float]]]]] = defaultdict(lambda: defaultdict(dict))
    for run in runs:
        by[run["set"]][run["method"]][run["seed"]] = run["points"]
    full = {name: methods[FULL][0][0][F] for name, methods in by.items() if FULL in methods}
    rows = [
        row(name, method, curves, methods["random"], full.get(name))
        for name, methods in by.items()
        if "random" in methods
        for method, curves in methods.items()
        if len(next(iter(curves.values()))) > 1 and set(curves) & set(methods["random"])
    ]
    if rows:
        rows += [averaged(method, rows) for method in dict.fromkeys(row["method"] for row in rows)]
        show(
            "Means over the seeds; Δ: F less random's, paired; ×: share of random's cost for its last F",
            rows,
        )
    trained = [line for name, methods in by.items() for line in successors(name, methods)]
    if trained:
        show("Successors: `spacy train` on the chosen texts, and on as many random ones", trained)
    hours = [sum(run[name] for run in runs) / 3600 for name in ("wall", "cpu")]
    print(f"{len(runs)} runs took {hours[0]:.2f} hours, {hours[1]:.2f} of them processor time.")
    return [*rows, *trained]


def compared(runs: Sequence[dict[str, Any]], starts: Sequence[str]) -> list[dict[str, Any]]:
    """Print how much better the later of the starts are than the first, paired by seed, and return the rows."""
    by = {tuple(run[name] for name in ("set", "method", "start", "seed")): run for run in runs}
    lines = []
    for start, method in product(starts[1:], dict.fromkeys(run["method"] for run in runs)):
        every: dict[int, list[float]] = defaultdict(list)
        for name in dict.fromkeys(run["set"] for run in runs):
            seeds = [
                key[3] for key in by if key[:3] == (name, method, start) and (name, method, starts[0], key[3]) in by
            ]
            if not seeds:
                continue
            pairs = [(by[name, method, starts[0], seed], by[name, method, start, seed]) for seed in seeds]
            line: dict[str, Any] = {"set": name, "method": method, "start": start, "seeds": len(seeds)}
            for answers in (25, 50, 100, 200, 300):
                scores = [[value(_on(run["points"], "answers"), answers) for run in pair] for pair in pairs]
                line[f"F {answers}"] = statistics.mean(score[1] for score in scores)
                line[f"Δ {answers}"] = _difference([score[1] - score[0] for score in scores])
                every[answers] += [score[1] - score[0] for score in scores]
            first, second = (statistics.mean(s for pair in pairs for s in pair[i]["rounds"]) for i in (0, 1))
            line["a round's seconds ×"] = second / first
            lines.append(line)
        if every:
            means = {f"Δ {answers}": _difference(differences) for answers, differences in every.items()}
            lines.append(dict.fromkeys(lines[-1], "–") | {"set": "all", "method": method, "start": start} | means)
    if lines:
        show(f"Starts: F1, and Δ to {starts[0]}, paired by seed", lines)
    return lines


def row(
    name: str,
    method: str,
    curves: dict[int, list[list[float]]],
    random: dict[int, list[list[float]]],
    full: float | None,
) -> dict[str, Any]:
    """One line of the table."""
    seeds = sorted(set(curves) & set(random))
    paired = [(curves[seed], random[seed]) for seed in seeds]
    line: dict[str, Any] = {"set": name, "method": method, "seeds": len(seeds)}
    for axis in X:
        areas = [area(_on(a, axis), min(a[-1][X[axis]], b[-1][X[axis]])) for a, b in paired]
        line[f"area/{axis}"] = statistics.mean(areas)
    for answers in (100, 200, 300):
        differences = [value(_on(a, "answers"), answers) - value(_on(b, "answers"), answers) for a, b in paired]
        line[f"F {answers}"] = statistics.mean(value(_on(a, "answers"), answers) for a, _ in paired)
        line[f"Δ {answers}"] = _difference(differences)
    for axis in X:
        line[f"{axis} ×"] = share_to_reach(paired, axis)
    if full is not None:
        curve = mean_curve([_on(a, "answers") for a, _ in paired])
        line["95 % of full"] = spent_to_reach(curve, SHARE_OF_FULL * full) or "–"
    return line


def averaged(method: str, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The line of all sets together: what is a number in each of them, as its mean."""
    lines = [row for row in rows if row["method"] == method]
    columns = {name: [line.get(name) for line in lines] for name in lines[0]}
    means = {
        name: statistics.mean(values) if all(isinstance(value, float) for value in values) else "–"
        for name, values in columns.items()
    }
    return means | {"set": f"all {len(lines)}", "method": method, "seeds": min(columns["seeds"])}


def share_to_reach(paired: Iterable[tuple[list[list[float]], list[list[float]]]], axis: str) -> float | str:
    """What random's last F costs, as a share of what random spent on it; on the mean curves."""
    ours, random = (mean_curve([_on(pair[i], axis) for pair in paired]) for i in (0, 1))
    needed = spent_to_reach(ours, random[-1][1])
    return "–" if needed is None else needed / random[-1][0]


def successors(name: str, methods: dict[str, dict[int, list[list[float]]]]) -> Iterator[dict[str, Any]]:
    """The lines of the successors' table for a set."""
    base = methods.get("successor of random", {})
    for method, curves in methods.items():
        if method.startswith("successor of ") and (seeds := sorted(set(curves) & set(base))):
            yield {
                "set": name,
                "texts": method.removeprefix("successor of "),
                "seeds": len(seeds),
                "F": statistics.mean(curves[seed][0][F] for seed in seeds),
                "Δ": _difference([curves[seed][0][F] - base[seed][0][F] for seed in seeds]),
            }


def _difference(differences: Sequence[float]) -> str:
    mean, low, high = interval(differences)
    return f"{mean:+.1f} ({low:+.1f} … {high:+.1f})" if len(differences) > 1 else f"{mean:+.1f}"


def _on(points: Sequence[Sequence[float]], axis: str) -> list[tuple[float, float]]:
    return [(point[X[axis]], point[F]) for point in points]


if __name__ == "__main__":
    main()
