"""What a frozen encoder is worth: F1 by answers with and without it, and what it costs.

The encoder is all-MiniLM-L6-v2 with weights of 8 bits, which `make test` installs. Each simulated project has the
default settings; texts are asked about by the default acquisition function. The encoder reads a set's texts once for
all runs: what that takes is measured apart.
"""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import spacy
from _common import REPOSITORY, options, show, timed, write_json
from _confidence import auroc, calibration_error, confidences
from _curves import in_words
from _data import labels_of, splits
from _distilling import distil
from _learning import LEARNING
from _runs import finished

from loop.encoder.component import add_encoder, encoder_of
from loop.encoder.files import encoder_files, encoder_sum
from loop.learning.matrix_products import use_fast_products
from loop.settings import ProjectPaths, ProjectSettings, Settings
from loop.simulate import Gold, Scenario, simulate
from loop.store import Store

MINILM = REPOSITORY / "tests" / "encoder" / "minilm"
SETS = ("food_ingredients", "fashion_brands", "ncbi_disease", "crossner_ai")
BASE = "base"
# What a project learns with: word vectors, the encoder, and examples and terms before the first answer.
FEATURES = {
    "plain": (False, False, False),
    "vectors": (True, False, False),
    "encoder": (False, True, False),
    "both": (True, True, False),
    "both, terms": (True, True, True),
    BASE: (False, False, False),
}
COMPARED = (
    ("both", "plain"),
    ("both", "vectors"),
    ("both, terms", "vectors"),
    ("encoder", "plain"),
    (BASE, "plain"),
)
AT = (25, 50, 100, 200, 300)
DISTILLED = "both"
# The features of a set's texts, which are the same in all runs.
KNOWN = Path(tempfile.gettempdir()) / "loop-benchmarks-encoder"
# Texts to time the encoder on, and words of each.
TIMED, WORDS = 1000, 30


class Job(NamedTuple):
    """One simulated project."""

    set: str
    split: str
    features: str
    seed: int
    answers: int
    distil: bool = False
    base: str = ""


def main() -> None:
    """Run what is missing, then print the tables of everything there is."""
    parser = options(str(__doc__))
    parser.add_argument("--results", type=Path, default=Path(__file__).parent / "results" / "encoder")
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    parser.add_argument("--sets", default=",".join(SETS), help="with commas")
    parser.add_argument(
        "--features", default=";".join(name for name in FEATURES if name != BASE), help="with semicolons"
    )
    parser.add_argument("--base", default="", help=f"the pipeline that projects with the features {BASE!r} begin with")
    parser.add_argument("--answers", type=int, default=AT[-1])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--distill", action="store_true", help=f"distil what learned with {DISTILLED}: minutes each")
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    if (BASE in arguments.features.split(";")) != bool(arguments.base):
        parser.error(f"the features {BASE!r} and --base belong together")
    jobs = list(jobs_of(arguments))
    runs = finished(jobs, perform, arguments, depends=[*LEARNING, "loop/encoder", "benchmarks/encoder.py"])
    rows = [*table(runs), *compared(runs), *costs(runs), encoding(arguments)]
    write_json(arguments.json, rows, seeds=sorted({job.seed for job in jobs}))


def jobs_of(arguments: Any) -> Iterator[Job]:
    """Seed by seed, so that a stop leaves them balanced."""
    if arguments.quick:
        yield from (Job("food_ingredients", "dev", features, 0, 40) for features in ("vectors", DISTILLED))
        return
    for seed in range(arguments.seeds):
        for name in arguments.sets.split(","):
            for features in arguments.features.split(";"):
                distil = arguments.distill and features == DISTILLED
                base = arguments.base if features == BASE else ""
                yield Job(name, arguments.split, features, seed, arguments.answers, distil, base)


def perform(job: Job, data: Path) -> dict[str, Any]:
    """One run: F1 by answers, what its rounds cost, how true its probabilities are, and the distilled model."""
    use_fast_products()
    pool, test = splits(data, job.set, job.split)
    vectors, encoder, terms = FEATURES[job.features]
    project = ProjectSettings(
        base=job.base or ProjectSettings().base,
        labels=labels_of(pool, test),
        seed=job.seed,
        vectors="builtin:en" if vectors else None,
        encoder=str(MINILM) if encoder else None,
    )
    scenario = Scenario(job.answers)
    if terms:
        scenario = replace(scenario, examples=5, terms=100)
    with tempfile.TemporaryDirectory(prefix="loop-") as folder:
        paths = ProjectPaths(Path(folder))
        kept = KNOWN / encoder_sum(project.encoder)[:12] / f"{job.set}-{job.split}.db"
        if encoder and kept.exists():
            paths.data.mkdir()
            shutil.copyfile(kept, paths.features)
        seconds, rows = timed(lambda: list(simulate(paths, Settings(project=project), pool, test, scenario)))
        with Store(paths.db) as store:
            rounds = [info.seconds for info in store.journal.rounds()]
        result = {
            "points": [[row.answers, row.f1] for row in rows],
            "rounds": rounds,
            "seconds": seconds,
            "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "cache": sum(file.stat().st_size for file in paths.data.glob(f"{paths.features.name}*")),
        }
        result |= probabilities(paths, test)
        if encoder:
            keep(paths.features, kept)
        if job.distil:
            result["distilled"] = distil(paths, Settings(project=project), test)._asdict()
    return result


def keep(features: Path, target: Path) -> None:
    """Copy a file of features for later runs, whole also while it is in use."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_suffix(f".{os.getpid()}")
    with closing(sqlite3.connect(features)) as database:
        database.execute("VACUUM INTO ?", (str(aside),))
    aside.replace(target)


def probabilities(paths: ProjectPaths, test: Gold) -> dict[str, float]:
    """How true the calibrated probabilities of the entities are that the last round finds; nothing if all are alike."""
    scored = confidences(paths, test)
    if {is_right for _, is_right in scored} != {True, False}:
        return {}
    return {"ECE": calibration_error(scored), "AUROC": auroc([(1 - p, not is_right) for p, is_right in scored])}


def table(runs: Mapping[Job, dict[str, Any]]) -> list[dict[str, Any]]:
    """Print the means over the seeds, and return the rows."""
    by: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for job, run in runs.items():
        by[job.set, job.features].append(run)
    rows = []
    for (name, features), some in by.items():
        after = {f"F1 at {n}": statistics.mean(f1_at(run["points"], n) for run in some) for n in AT}
        known = {key: [run[key] for run in some if key in run] for key in ("ECE", "AUROC")}
        means = {key: statistics.mean(values) if values else "–" for key, values in known.items()}
        rows.append({"set": name, "features": features, "seeds": len(some)} | after | means)
    show("F1 by answers, and how true the last round's probabilities are; means over the seeds", rows)
    return rows


def compared(runs: Mapping[Job, dict[str, Any]]) -> list[dict[str, Any]]:
    """Print the differences of features with the encoder to those without, paired by set and seed; return the rows."""
    points = {(job.set, job.seed, job.features): run["points"] for job, run in runs.items()}
    rows = []
    for features, against in COMPARED:
        for group in (*SETS, "all"):
            pairs = [
                (points[job.set, job.seed, against], run["points"])
                for job, run in runs.items()
                if job.features == features and group in (job.set, "all") and (job.set, job.seed, against) in points
            ]
            if pairs:
                cells = {f"Δ at {n}": in_words([f1_at(b, n) - f1_at(a, n) for a, b in pairs]) for n in AT}
                rows.append({"set": group, "features": features, "against": against} | cells)
    show("Δ in F1, paired by set and seed, with 95 % intervals", rows)
    return rows


def costs(runs: Mapping[Job, dict[str, Any]]) -> list[dict[str, Any]]:
    """Print what features cost, means over sets and seeds, and the distilled models; return the rows."""
    rows: list[dict[str, Any]] = []
    for features in FEATURES:
        some = [run for job, run in runs.items() if job.features == features]
        if some:
            rows.append(
                {
                    "features": features,
                    "s a round": statistics.mean(statistics.mean(run["rounds"]) for run in some),
                    "s in all": statistics.mean(run["seconds"] for run in some),
                    "memory MB": max(run["memory"] for run in some) / 1e6,
                    "cache MB": statistics.mean(run["cache"] for run in some) / 1e6,
                }
            )
    show("What a project costs", rows)
    small = [{"set": job.set, "seed": job.seed} | run["distilled"] for job, run in runs.items() if "distilled" in run]
    show("Distilled models", small)
    return [*rows, *small]


def encoding(arguments: Any) -> dict[str, Any]:
    """Print how long the encoder takes for texts of 30 words on one core, and return the row."""
    nlp = spacy.blank("en")
    add_encoder(nlp, encoder_files(MINILM))
    words = [word for text in splits(arguments.data, SETS[0], "dev")[0] for word in text.split()]
    n = 20 if arguments.quick else TIMED
    texts = [" ".join(words[i * WORDS % len(words) :][:WORDS]) for i in range(n)]
    docs = [nlp.make_doc(text) for text in texts]
    encoder = encoder_of(nlp)
    assert encoder
    encoder(nlp.make_doc(texts[0]))
    seconds, _ = timed(lambda: [encoder(doc) for doc in docs])
    row = {"texts": n, "words a text": WORDS, "texts a second": n / seconds, "s for 10,000": 10_000 * seconds / n}
    show("The encoder alone, on one core", [row])
    return row


def f1_at(points: Sequence[Sequence[float]], answers: int) -> float:
    """The F1 after at most so many answers."""
    return next((f1 for given, f1 in reversed(points) if given <= answers), 0.0)


if __name__ == "__main__":
    main()
