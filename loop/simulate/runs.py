"""Run several simulations in parallel processes and store them, so that a stopped series can resume."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from queue import Empty
from typing import Any

from loop.oracle import Gold
from loop.settings import ProjectPaths
from loop.simulate.kept_runs import Kept
from loop.simulate.simulation import Row, Run, simulate

SECONDS_BETWEEN_LOOKS = 0.2

OnRow = Callable[[Run, Row], None]


def finished_runs(
    runs: Sequence[Run],
    gold: Gold,
    test: Gold,
    *,
    folder: Path | None = None,
    workers: int = 1,
    on_row: OnRow = lambda _run, _row: None,
) -> Iterator[tuple[Run, list[Row]]]:
    """Yield each run with its rows as it finishes; `on_row` gets each row at once.

    Args:
        runs: with distinct names.
        gold: the texts to ask about.
        test: the texts to evaluate on.
        folder: for a file per finished run; runs stored there are not repeated.
        workers: the number of processes; 1 runs in this process.
        on_row: called in this process.

    Raises:
        LoopError: a simulation fails, or the folder has other runs.
    """
    kept = Kept(folder, gold, test)
    found = [(run, kept.rows(run)) for run in runs]
    yield from ((run, rows) for run, rows in found if rows is not None)
    due = [run for run, rows in found if rows is None]
    work = _side_by_side(due, gold, test, workers, on_row) if workers > 1 else _one_by_one(due, gold, test, on_row)
    for run, rows in work:
        kept.keep(run, rows)
        yield run, rows


def _one_by_one(runs: Sequence[Run], gold: Gold, test: Gold, on_row: OnRow) -> Iterator[tuple[Run, list[Row]]]:
    for run in runs:
        yield run, _rows(run, gold, test, partial(on_row, run))


def _side_by_side(
    runs: Sequence[Run], gold: Gold, test: Gold, workers: int, on_row: OnRow
) -> Iterator[tuple[Run, list[Row]]]:
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # one thread per process; numpy reads it when it loads
    context = get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(workers, mp_context=context) as pool:
        heard = manager.Queue()
        waiting = {pool.submit(_in_process, i, run, gold, test, heard): run for i, run in enumerate(runs)}
        try:
            while waiting:
                _hear(heard, runs, on_row)
                for done in [future for future in waiting if future.done()]:
                    yield waiting.pop(done), done.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _in_process(index: int, run: Run, gold: Gold, test: Gold, heard: Any) -> list[Row]:
    return _rows(run, gold, test, lambda row: heard.put((index, row)))


def _hear(heard: Any, runs: Sequence[Run], on_row: OnRow) -> None:
    try:
        index, row = heard.get(timeout=SECONDS_BETWEEN_LOOKS)
    except Empty:
        return
    on_row(runs[index], row)


def _rows(run: Run, gold: Gold, test: Gold, on_row: Callable[[Row], None]) -> list[Row]:
    rows = []
    with scratch() as paths:
        for row in simulate(paths, run.settings, gold, test, run.scenario):
            on_row(row)
            rows.append(row)
        if run.save is not None:
            shutil.copytree(paths.models / "last", run.save)
    return rows


@contextmanager
def scratch() -> Iterator[ProjectPaths]:
    """A temporary project folder for the block."""
    with tempfile.TemporaryDirectory(prefix="loop-") as folder:
        yield ProjectPaths(Path(folder))
