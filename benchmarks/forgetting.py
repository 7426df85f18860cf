"""What a pretrained pipeline still knows after it was taught: a new label, or its own labels on one kind of text."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from _common import digest, grouped, options, show, write_json
from _data import rows, spans_of
from _forgetting import (
    BASE,
    Found,
    Task,
    alone,
    entities,
    gold,
    merged,
    merged_and_masked,
    merged_and_rehearsed,
    naive,
    naive_with_vectors,
    ours,
    ours_with_vectors,
    read_task,
    rehearse,
    rehearsed_twice,
    taken_over,
    unmerged,
    unrehearsed,
)

from loop.base.pipeline import load_base
from loop.learning.learner import Learner
from loop.learning.matrix_products import use_fast_products
from loop.records import Span
from loop.settings import UpdateSettings

# The base's labels as the gold of the old ones has them.
OLD = {"PERSON": "PER", "GPE": "LOC", "LOC": "LOC", "ORG": "ORG"}
# The kinds of crossner_ai that are kinds of these. Nearly all of its locations are towns and regions: GPE in the base.
CORRECTED = {
    "researcher": "PERSON",
    "person": "PERSON",
    "country": "GPE",
    "location": "GPE",
    "organisation": "ORG",
    "university": "ORG",
}
# The code that the figures depend on.
BENCHMARKS = tuple(f"benchmarks/{name}.py" for name in ("_data", "_docs", "_forgetting"))
CODE = (
    "loop/base",
    "loop/scoring",
    "loop/learning",
    "loop/checkpoints",
    "loop/lattice",
    "loop/alignment.py",
    "loop/records.py",
    *BENCHMARKS,
)
Recipe = Callable[[Task, UpdateSettings, int], Learner]
JOINT: dict[str, Recipe] = {
    "naive": naive,
    "nlp.rehearse": rehearse,
    "merging": merged,
    "merging, rehearsal": merged_and_rehearsed,
    "merging, masked rehearsal": merged_and_masked,
}
RECIPES: dict[str, dict[str, Recipe]] = {
    "new": JOINT
    | {
        "taken over": taken_over,
        "ours, nothing made up": unrehearsed,
        "ours, two made up": rehearsed_twice,
        "ours": ours,
        "naive, vectors": naive_with_vectors,
        "ours, vectors": ours_with_vectors,
    },
    "corrected": JOINT | {"ours, nothing merged": unmerged, "ours, nothing pulls back": alone, "ours": ours},
}


class Job(NamedTuple):
    """One recipe on one case with one seed; `part` of the data sets is scored."""

    case: str
    name: str
    seed: int
    data: Path
    part: str
    answers: int
    texts: int | None


def task_of(job: Job) -> tuple[Task, list[str], Found]:
    """What is taught, and texts with gold spans of what is taught."""
    if job.case == "new":
        folder, labels, known = job.data / "fashion_brands", {"FASHION_BRAND": "FASHION_BRAND"}, ("train",)
    else:
        folder, labels, known = job.data / "crossner_ai", CORRECTED, ("train", "dev")
    task = read_task([folder / f"{part}.jsonl" for part in known], labels, answers=job.answers, seed=job.seed)
    if job.part == "test" or job.case == "new":
        scored = rows(folder / f"{job.part}.jsonl")[: job.texts]
    else:
        scored = [row for part in known for row in rows(folder / f"{part}.jsonl") if row["text"] in set(task.pool)]
    return task, [row["text"] for row in scored], [set(gold(row, labels)) for row in scored]


def run(job: Job) -> dict[str, Any]:
    """Teach, and read both kinds of texts before and after."""
    use_fast_products()
    task, texts, right = task_of(job)
    old = rows(job.data / "uner_en_ewt" / f"{job.part}.jsonl")[: job.texts]
    old_texts = [row["text"] for row in old]
    old_right = [set(spans_of(row)) for row in old]
    before, old_before = read_by_base(tuple(texts)), read_by_base(tuple(old_texts))
    found, old_found, seconds = before, old_before, 0.0
    if job.name != "before":
        started = time.process_time()
        learner = RECIPES[job.case][job.name](task, UpdateSettings(), job.seed)
        seconds = time.process_time() - started
        with learner.published() as nlp:
            found, old_found = entities(nlp, texts), entities(nlp, old_texts)
    names = dict(OLD) if job.case == "corrected" else {label: label for label in task.labels}
    others = {ent.label for ents in (*before, *old_before) for ent in ents} - set(task.labels)
    return head(job) | {
        "taught": f1(found, right, names),
        "old gold": f1(old_found, old_right, OLD),
        "others agree": f1(old_found, old_before, {label: label for label in others}),
        "kept here": kept(found, before, task.labels),
        "kept there": kept(old_found, old_before, task.labels),
        "seconds": seconds,
    }


def head(job: Job) -> dict[str, Any]:
    """What tells a row from others."""
    return {"case": job.case, "recipe": job.name, "seed": job.seed}


@cache
def read_by_base(texts: tuple[str, ...]) -> Found:
    """What the base finds: the same for every recipe."""
    return entities(load_base(BASE), texts)


def f1(found: Found, right: Found, names: dict[str, str]) -> float:
    """F in percent over the labels in `names`, under their new names; gold labels that are none of them stay."""
    same = shown = expected = 0
    for ents, gold_ents in zip(found, right, strict=True):
        a = {Span(e.start, e.end, names[e.label]) for e in ents if e.label in names}
        wanted = {*names, *names.values()}
        b = {Span(e.start, e.end, names.get(e.label, e.label)) for e in gold_ents if e.label in wanted}
        same, shown, expected = same + len(a & b), shown + len(a), expected + len(b)
    return 200 * same / (shown + expected) if shown + expected else 100.0


def kept(found: Found, before: Found, taught: Sequence[str]) -> float:
    """Of the base's entities of other labels that no taught one overlaps, the percentage that is still found."""
    still = due = 0
    for ents, old in zip(found, before, strict=True):
        own = [e for e in ents if e.label in taught]
        clear = {e for e in old if e.label not in taught and not any(o.start < e.end and e.start < o.end for o in own)}
        still, due = still + len(clear & ents), due + len(clear)
    return 100 * still / due if due else 100.0


def mean(found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Per recipe the mean over the seeds."""
    return [
        {"recipe": name, "seeds": len(rows)}
        | {key: statistics.mean(row[key] for row in rows) for key in rows[0] if key not in ("case", "recipe", "seed")}
        for (name,), rows in grouped(found, "recipe").items()
    ]


def earlier(file: Path | None, about: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a run that was stopped, if it was of the same code and settings."""
    if file is None or not file.is_file():
        return []
    before = json.loads(file.read_text(encoding="utf-8"))
    return before["rows"] if all(before[name] == value for name, value in about.items()) else []


def main() -> None:
    """Print a table for each case, seeds averaged; with `--json`, go on from the rows that are there."""
    parser = options(__doc__ or "")
    parser.add_argument("--part", choices=("dev", "test"), default="test", help="choose by dev, quote test")
    parser.add_argument("--workers", type=int, default=1, help="processes")
    parser.add_argument("--only", nargs="*", help="only these recipes")
    args = parser.parse_args()
    seeds = [0] if args.quick else [0, 1, 2]
    chosen = args.only or (["before", "naive", "ours"] if args.quick else None)
    about = {"part": args.part, "quick": args.quick, "settings": asdict(UpdateSettings()), "code": digest(*CODE)}
    found = earlier(args.json, about)
    jobs = [
        Job(case, name, seed, args.data, args.part, 40 if args.quick else answers, 150 if args.quick else None)
        for seed in seeds
        for case, answers in (("corrected", 150), ("new", 300))
        for name in ("before", *RECIPES[case])
        if chosen is None or name in chosen
    ]
    left = [job for job in jobs if not any(row.items() >= head(job).items() for row in found)]
    with ProcessPoolExecutor(args.workers, mp_context=get_context("spawn")) as pool:
        for row in pool.map(run, left):
            print(row, flush=True)
            found.append(row)
            write_json(args.json, found, seeds=seeds, **about)
    for case in RECIPES:
        show(f"Forgetting: {case} labels, percent", mean([row for row in found if row["case"] == case]))


if __name__ == "__main__":
    main()
