"""Simulated projects for `learning.py`: which there are, how one is run, and the folder where results are kept."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import asdict, dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from _common import REPOSITORY, digest, machine
from _data import base_of, labels_of, splits
from _successor import successor, whole_pool
from _teach import teach

from loop.learning.matrix_products import use_fast_products
from loop.records import Answer
from loop.settings import AcquireSettings, LabelNote, PretrainSettings, ProjectPaths, ProjectSettings, Settings
from loop.simulate import Gold, Scenario, simulate
from loop.simulate.naming_terms import FREQUENT
from loop.store import Store
from loop.timing import edits

ROUND = 25
# The word vectors of a project, by what the table of results calls its start; others are `[project] vectors` itself.
VECTORS = {"blank": None, "builtin": "builtin:en"}
# What a person says before the first answer: examples of each label, decisions about terms, and a pattern file.
KNOWN = {"examples": (5, 0, False), "terms": (5, 100, False), "file": (0, 0, True)}
# How questions are chosen: keys of [acquire]
WAYS: dict[str, dict[str, Any]] = {
    "random": {"strategy": "random", "candidates": 60},
    "expected_errors": {"strategy": "expected_errors", "longest": 10**6},
    "gain_per_second": {},
    "passages": {"passages": True},
    "passages of 60": {"passages": True, "longest": 60},
    "longest 60": {"longest": 60},
    "longest 400": {"longest": 400},
}
# With five examples of each label in `[labels]`, which steer the first questions and cost no modelled time.
NOTES = "notes"
VECTORS |= dict.fromkeys((*KNOWN, NOTES), "builtin:en")
# The code that the figures depend on: results of another state of it are another folder.
ROOMS = (
    "acquire",
    "base",
    "checkpoints",
    "editing",
    "lattice",
    "learning",
    "patterns",
    "progress",
    "scoring",
    "session",
    "settings",
    "simulate",
    "store",
    "trainer",
)
FILES = ("alignment", "intervals", "oracle", "records", "timing", "truth")
LEARNING = (
    *(f"loop/{room}" for room in ROOMS),
    *(f"loop/{name}.py" for name in FILES),
    *(f"benchmarks/{name}.py" for name in ("_data", "_docs", "_learning", "_successor", "_teach")),
)


class Job(NamedTuple):
    """One run: texts of `set`, scored on `split`, by `method`, a strategy or one of `OTHERS`, from a start.

    With `minutes`, the project has the default settings, and ends after so many modelled minutes.
    """

    set: str
    split: str
    method: str
    seed: int
    answers: int
    start: str = "blank"
    minutes: int = 0


@dataclass(frozen=True)
class Point:
    """A curve's point: what the answers so far cost, and the scores in percent."""

    answers: int
    tokens: int
    entities: int
    seconds: float
    p: float
    r: float
    f: float


class Results:
    """A folder of finished runs: a line of JSON each, written as soon as it is there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / digest(*LEARNING)
        self._lines = self.folder / "runs.jsonl"

    def begin(self) -> None:
        """Say what the results belong to."""
        self.folder.mkdir(parents=True, exist_ok=True)
        about = {"commit": _commit()} | machine() | {"settings": asdict(settings_of((), "", 0, "blank:en"))}
        if not (self.folder / "about.json").exists():
            (self.folder / "about.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")

    def add(self, job: Job, result: dict[str, Any]) -> None:
        """Keep one run."""
        with self._lines.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(job._asdict() | result, separators=(",", ":")) + "\n")

    def all(self) -> list[dict[str, Any]]:
        """Every run that finished, the earliest first."""
        if not self._lines.exists():
            return []
        return [json.loads(line) for line in self._lines.read_text(encoding="utf-8").splitlines()]

    def done(self) -> set[Job]:
        """What need not run again."""
        return {Job(*(run[name] for name in Job._fields)) for run in self.all()}


def _commit() -> str:
    """The commit; a copy without its history is told by the environment."""
    asked = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or os.environ.get("LOOP_COMMIT", "unknown")


def run_all(jobs: Sequence[Job], data: Path, results: Results, *, workers: int, hours: float) -> Iterator[Job]:
    """Do the jobs in their order, none begun after so many hours; each is kept, then yielded.

    A job that needs another's result (a successor the texts that were chosen) comes after it.
    """
    results.begin()
    stop = time.monotonic() + 3600 * hours
    left = [job for job in jobs if job not in results.done()]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        running: dict[Any, Job] = {}
        while running or (left and time.monotonic() < stop):
            while left and len(running) < workers and time.monotonic() < stop:
                job = left.pop(0)
                running[pool.submit(perform, job, data, results.folder)] = job
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                job = running.pop(future)
                results.add(job, future.result())
                yield job


def finished(jobs: Sequence[Job], arguments: Any) -> dict[Job, dict[str, Any]]:
    """Do what is missing of the jobs, in the folder of `--results`, and return all of their runs."""
    with tempfile.TemporaryDirectory(prefix="loop-") as scratch:
        results = Results(Path(scratch) if arguments.quick else arguments.results)
        for job in run_all(jobs, arguments.data, results, workers=arguments.workers, hours=24):
            print(f"{job.set} {job.start} {job.method} seed {job.seed}", flush=True)
        every = ((Job(*(run[name] for name in Job._fields)), run) for run in results.all())
        return {job: run for job, run in every if job in set(jobs)}


def perform(job: Job, data: Path, folder: Path) -> dict[str, Any]:
    """One run: its points, the places of the chosen texts in the pool, and how long it took."""
    started, cpu = time.monotonic(), time.process_time()
    use_fast_products()  # for the runs that are no project's
    pool, test = splits(data, job.set, job.split)
    labels, base = labels_of(pool, test), base_of(job.set)
    rounds: list[float] = []
    asked: list[tuple[int, int, int]] = []
    if job.method == "ner.teach":
        points, chosen = teach(base, labels, pool, test, seed=job.seed, answers=job.answers)
    elif job.method == "full data":
        points, chosen = [whole_pool(base, pool, test, seed=job.seed)], []
    elif job.method.startswith("successor of "):
        texts = _chosen(folder, job, pool)
        points, chosen = [successor(base, texts, test, seed=job.seed)], []
    else:
        vectors = VECTORS.get(job.start, job.start)
        settings = settings_of(labels, job.method, job.seed, base, vectors=vectors)
        if job.minutes:
            settings = defaults(labels, job.method, job.seed, base, vectors=vectors)
        if job.start == NOTES:
            settings = replace(settings, labels=notes(pool, labels, job.seed))
        points, chosen, rounds, asked = simulated(settings, pool, test, job, data)
    return {
        "wall": round(time.monotonic() - started, 1),
        "cpu": round(time.process_time() - cpu, 1),
        "rounds": rounds,
        "asked": asked,
        "points": [[round(value, 2) for value in point] for point in points],
        "chosen": chosen,
    }


def simulated(
    settings: Settings, pool: Gold, test: Gold, job: Job, data: Path
) -> tuple[list[list[float]], list[int], list[float], list[tuple[int, int, int]]]:
    """A simulated project: its points, the places of its chosen texts in the pool, and the seconds of its rounds.

    Last for each answer the tokens asked about, those around them, and the edits.
    """
    scenario = Scenario(job.answers, "teach" if job.method == "teach" else "correct", minutes=job.minutes or None)
    if job.start in KNOWN:
        examples, terms, has_file = KNOWN[job.start]
        file = data / job.set / "patterns.jsonl" if has_file else None
        scenario = replace(scenario, examples=examples, terms=terms, patterns=file)
    with tempfile.TemporaryDirectory(prefix="loop-") as folder:
        paths = ProjectPaths(Path(folder))
        rows = list(simulate(paths, settings, pool, test, scenario))
        with Store(paths.db) as store:
            answers = store.answers.standing()
            texts = store.corpus.texts([answer.text_id for answer in answers])
            asked = list(map(_asked, answers, _tokens(store, answers)))
            rounds = [info.seconds for info in store.journal.rounds()]
    place = {text: i for i, text in enumerate(pool)}
    points = [[row.answers, row.tokens, row.entities, row.seconds, row.p, row.r, row.f1] for row in rows]
    return points, [place[text.text] for text in texts], rounds, asked


def _tokens(store: Store, answers: Sequence[Answer]) -> list[list[tuple[int, int]]]:
    known = store.questions.tokens([answer.question_id or "" for answer in answers])
    return [known[answer.question_id or ""] for answer in answers]


def _asked(answer: Answer, tokens: Sequence[tuple[int, int]]) -> tuple[int, int, int]:
    start, end = answer.passage or (0, tokens[-1][1])
    inside = sum(first < end and start < last for first, last in tokens)
    return inside, len(tokens) - inside, edits(answer.shown, answer.spans)


def settings_of(labels: Sequence[str], method: str, seed: int, base: str, *, vectors: str | None = None) -> Settings:
    """The defaults, but for rounds of 25, the strategy, and no held-out texts; teach mode has the default strategy.

    As many steps per answer as by default. For random choice no more texts are read than are asked about.
    """
    project = ProjectSettings(base=base, labels=tuple(labels), seed=seed, vectors=vectors)
    # Choosing is compared, on sets of which only some are large enough to be pretrained on.
    start = Settings(project=project, pretrain=PretrainSettings(texts=0))
    acquire = start.acquire if method in ("", "teach") else replace(start.acquire, strategy=method)
    if method == "random":
        acquire = replace(acquire, candidates=start.queue.size)
    steps = round(start.update.steps * ROUND / start.update.round_size)
    return replace(start, acquire=acquire, update=replace(start.update, round_size=ROUND, steps=steps))


def defaults(labels: Sequence[str], strategy: str, seed: int, base: str, *, vectors: str | None) -> Settings:
    """The settings of a new project; of another language than English without word vectors."""
    table = vectors if base == "blank:en" else None
    project = ProjectSettings(base=base, labels=tuple(labels), seed=seed, vectors=table)
    way = WAYS.get(strategy, {"strategy": strategy})
    return Settings(project=project, acquire=replace(AcquireSettings(), **way))


def notes(pool: Gold, labels: Sequence[str], seed: int) -> dict[str, LabelNote]:
    """Five examples of each label, from its 20 most frequent strings."""
    rng, found = Random(seed), {}
    for label in labels:
        strings = Counter(
            text[s.start : s.end].lower() for text, spans in pool.items() for s in spans if s.label == label
        )
        frequent = [string for string, _ in strings.most_common(FREQUENT)]
        found[label] = LabelNote(examples=tuple(rng.sample(frequent, min(5, len(frequent)))))
    return found


def _chosen(folder: Path, job: Job, pool: Gold) -> Gold:
    method = job.method.removeprefix("successor of ")
    lines = map(json.loads, (folder / "runs.jsonl").read_text(encoding="utf-8").splitlines())
    wanted = job._replace(method=method)
    chosen = next(line["chosen"] for line in lines if Job(*(line[name] for name in Job._fields)) == wanted)
    texts = list(pool)
    return {texts[i]: pool[texts[i]] for i in chosen}
