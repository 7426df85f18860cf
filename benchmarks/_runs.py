"""Runs that take minutes: done on several cores, each kept as soon as it is there, none done twice."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from _common import digest, machine

AnyJob = TypeVar("AnyJob", bound=NamedTuple)
Result = TypeVar("Result")


def finished(
    jobs: Sequence[AnyJob],
    perform: Callable[[AnyJob, Path], Result],
    arguments: Any,
    *,
    depends: Sequence[str],
) -> dict[AnyJob, Result]:
    """Do what is missing of the jobs and return the results of all.

    Args:
        jobs: the jobs, in their order.
        perform: does one, given the folder of the data sets; its result can be JSON.
        arguments: `data`, `workers` and `quick`; `results`: the folder of what was done before.
        depends: files and folders of the code that results depend on: those of another state of it are not used.
    """
    with tempfile.TemporaryDirectory(prefix="loop-") as scratch:
        folder = Path(scratch) if arguments.quick else arguments.results / digest(*depends)
        folder.mkdir(parents=True, exist_ok=True)
        lines = folder / "runs.jsonl"
        done = _read(lines, type(jobs[0]))
        (folder / "about.json").write_text(json.dumps(machine(), indent=1) + "\n", encoding="utf-8")
        # A process for each run: what it has taken of memory is that run's alone.
        spawn = {"mp_context": get_context("spawn"), "max_tasks_per_child": 1}
        with ProcessPoolExecutor(arguments.workers, **spawn) as pool:
            running = {pool.submit(perform, job, arguments.data): job for job in jobs if job not in done}
            for future in as_completed(running):
                job = running[future]
                done[job] = future.result()
                with lines.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(job._asdict() | {"result": done[job]}, separators=(",", ":")) + "\n")
                print(*job, flush=True)
        return {job: done[job] for job in jobs}


def _read(lines: Path, kind: type[AnyJob]) -> dict[AnyJob, Any]:
    rows = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()] if lines.exists() else []
    return {kind(*(row[name] for name in kind._fields)): row["result"] for row in rows}
