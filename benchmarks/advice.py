"""Whether `loop status` says "stop" at the right time, and whether the gain that it expects comes true.

A project asks by default settings until the budget is spent. Afterwards its model learns from the whole rest of the
pool: what that brings after the stop is what the stop has cost. Finished runs are kept, and not run again.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
from _advice import Run, played, write
from _common import options, show, write_json
from _data import base_of, labels_of, splits
from numpy.typing import NDArray

from loop.acquire.stopping import ROUNDS, SPARED, WORTH, Gain, expected_gain, is_over, is_surely_over, rest_of_pool
from loop.intervals import f_scores
from loop.progress.advice import MORE
from loop.settings import ProjectSettings, Settings, UpdateSettings
from loop.simulate import Scenario

# Chosen on the first three, by their dev texts.
SETS = (
    ("food_ingredients", "dev"),
    ("demo", "test"),
    ("ncbi_disease", "dev"),
    ("crossner_ai", "test"),
    ("fashion_brands", "test"),
    ("uner_en_ewt", "test"),
    ("uner_zh", "test"),
)
BUDGET, SAVED = 600, 0.3
# After so many answers a curve is made by cross-validation. Fewer than some 115 are too few for one.
CURVES = (150, 300, 450)
QUICK_BUDGET, QUICK_TEXTS, QUICK_CURVES, QUICK_STEPS = 130, 150, (120,), 3
SMOOTH = 5  # rounds whose F is averaged: one round's is noise


def main() -> None:
    """Run what is missing, then print when it said stop, and what the expected gains were worth."""
    parser = options(str(__doc__))
    parser.add_argument("--results", type=Path, default=Path("advice-runs"), help="where finished runs are kept")
    parser.add_argument("--sets", default="", help="with commas")
    parser.add_argument("--seeds", type=int, default=1, help="how many")
    parser.add_argument("--budget", type=int, default=BUDGET, help="answers")
    parser.add_argument("--only-show", action="store_true", help="run nothing")
    arguments = parser.parse_args()
    wanted = [name for name in arguments.sets.split(",") if name] or [name for name, _ in SETS]
    jobs = [(name, split, seed) for seed in range(arguments.seeds) for name, split in SETS if name in wanted]
    texts, curves, update = None, CURVES, UpdateSettings()
    if arguments.quick:
        jobs, arguments.seeds = [("demo", "test", 0)], 1
        arguments.budget, texts, curves = QUICK_BUDGET, QUICK_TEXTS, QUICK_CURVES
        update = replace(update, steps=QUICK_STEPS)
    rows, lines = [], []
    with tempfile.TemporaryDirectory(prefix="loop-") as scratch:
        folder = Path(scratch) if arguments.quick else arguments.results
        for job in jobs:
            file = folder / "{}-{}-{}.json".format(*job)
            if not file.exists() and not arguments.only_show:
                write(file, run_of(job, arguments.data, arguments.budget, texts, curves, update))
            if file.exists():
                run, head = json.loads(file.read_text(encoding="utf-8")), {"set": "{} {}, seed {}".format(*job)}
                rows.append(head | judged(run, arguments.budget))
                lines += [head | line for line in crossed(run)]
    show(f"Stops: the rest of the pool brings less than {WORTH:g} F, at least {SAVED:.0%} saved", rows)
    show("`loop curve`: F that the next answers and the rest of the pool bring, as said and in truth", lines)
    write_json(arguments.json, rows, seeds=range(arguments.seeds), curves=lines)


def run_of(
    job: tuple[str, str, int],
    data: Path,
    budget: int,
    texts: int | None,
    curves: Collection[int],
    update: UpdateSettings,
) -> Run:
    """One simulated project on a set, or on so many of its texts."""
    name, split, seed = job
    pool, test = (dict(islice(part.items(), texts)) for part in splits(data, name, split))
    project = ProjectSettings(base=base_of(name), labels=labels_of(pool, test), seed=seed)
    scenario = Scenario(answers=min(budget, len(pool)))
    return played(pool, test, Settings(project=project, update=update), scenario, curves=curves)


def scored(run: Run) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], float]:
    """The answers, F after them and its mean over some rounds, and F with the whole pool."""
    x, f = (np.array(column) for column in zip(*run["test"], strict=True))
    smooth = np.convolve(np.pad(f, SMOOTH // 2, "edge"), np.ones(SMOOTH) / SMOOTH, "valid")
    return x, f, smooth, mean(score for _, score in run["whole"][-3:]) if run["whole"] else float(smooth[-1])


def crossed(run: Run) -> Iterator[dict[str, Any]]:
    """What each curve of a run expected, and what came true."""
    x, _, smooth, whole = scored(run)
    for said in run["curves"]:
        now = float(np.interp(said["answers"], x, smooth))
        line: dict[str, Any] = {"answers": said["answers"]}
        true = {"rest": whole - now}
        if said["answers"] + MORE <= x[-1]:
            true["more"] = float(np.interp(said["answers"] + MORE, x, smooth)) - now
        for name in ("more", "rest"):
            f, low, high = said[name]
            line |= {name: f"{f:.1f} ({low:.1f} … {high:.1f})", f"{name} true": true.get(name, "–")}
        agreed = _rest(run, said["answers"])
        over = is_over(agreed, None) and is_surely_over(Gain(*said["more"]), Gain(*said["rest"]))
        line |= {"by agreement": "–" if agreed is None else agreed, "stop": over}
        yield line | {"right": over == (true["rest"] < WORTH), "CPU s": said["seconds"]}


def _rest(run: Run, answers: int) -> float | None:
    """What the rest of the pool would bring by the agreement of rounds, after so many answers."""
    rounds = [info for info in run["rounds"] if info["answers"] <= answers]
    learned = [info["answers"] for info in rounds]
    return rest_of_pool([info["agreement"] for info in rounds], learned, run["pool"] - learned[-1])


def judged(run: Run, budget: int) -> dict[str, Any]:
    """What became of the advice in a run: when it was to stop, what that saved and cost, and the expected gains."""
    x, f, smooth, whole = scored(run)
    budget = min(budget, run["pool"])
    latest = float(np.interp((1 - SAVED) * budget, x, smooth))
    stop, said = stopped(run)
    cost = whole - float(np.interp(stop or budget, x, smooth))
    gains = list(expected(run, x, f))
    right = cost < WORTH and stop <= (1 - SAVED) * budget if stop else whole - latest >= WORTH
    return {
        "pool": run["pool"],
        "F of all": whole,
        "stop at": stop or "–",
        "rest said": said,
        "rest true": cost,
        "saved": f"{1 - stop / budget:.0%}" if stop else "–",
        f"rest true at {1 - SAVED:.0%}": whole - latest,
        "right": "yes" if right else "no",
        "gain said": mean(g.f1 for g, _ in gains) if gains else 0.0,
        "gain true": mean(true for _, true in gains) if gains else 0.0,
        "inside": f"{sum(g.low <= true <= g.high for g, true in gains)} of {len(gains)}",
        "off by": mean(abs(g.f1 - true) for g, true in gains) if gains else 0.0,
        "estimate off": _estimate_off(run, x, smooth),
    }


def _estimate_off(run: Run, x: NDArray[Any], smooth: NDArray[Any]) -> str:
    """How far the estimate on the pool is from F on the texts to score on: least and most, from 100 answers on."""
    off = [
        info["estimate"]["f1"] - float(np.interp(info["answers"], x, smooth))
        for info in run["rounds"]
        if info["estimate"] and 100 <= info["answers"] <= run["pool"] / 2
    ]
    return f"{min(off):+.0f} … {max(off):+.0f}, mean {mean(off):+.1f}" if off else "–"


def stopped(run: Run) -> tuple[int, float]:
    """How many answers there were when it first said stop, 0 if never, and what it said that the rest would bring."""
    learned = [info["answers"] for info in run["rounds"]]
    rest: float | None = None
    for i in range(ROUNDS, len(learned)):
        left = run["pool"] - learned[i]
        rest = _rest(run, learned[i])
        if is_over(rest, _gain(run, i)) and left >= SPARED * run["pool"]:
            return learned[i], rest or 0.0
    return 0, rest or 0.0


def _table(run: Run, i: int) -> NDArray[np.int64]:
    """(texts, rounds, 4) the counts on the gold texts up to a round."""
    return np.stack([np.array(info["held"]) for info in run["rounds"][: i + 1]], axis=1)


def _gain(run: Run, i: int) -> Any:
    if not run["rounds"][i]["held"]:
        return None
    answers = [info["answers"] for info in run["rounds"][: i + 1]]
    return expected_gain(answers, *f_scores(_table(run, i)), more=MORE)


def expected(run: Run, x: NDArray[Any], f: NDArray[Any]) -> Iterator[tuple[Any, float]]:
    """The expected gains of the next answers, at every fifth round, with what came true on all texts to score on."""
    for i in range(10, len(run["rounds"]), 5):
        now = run["rounds"][i]["answers"]
        gain = _gain(run, i) if now + MORE <= x[-1] else None
        if gain:
            near = [float(f[np.abs(x - at) <= 20].mean()) for at in (now, now + MORE)]
            yield gain, near[1] - near[0]


if __name__ == "__main__":
    main()
