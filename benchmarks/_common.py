"""What all benchmarks share: options, tables, JSON, time, waits and other processes. README.md has the conventions."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

# One thread per process: the same figures whatever the number of cores, and two runs side by side on two of them.
os.environ.setdefault("OMP_NUM_THREADS", "1")
REPOSITORY = Path(__file__).parents[1]
PACKAGES = ("spacy-loop", "spacy", "thinc", "numpy", "SQLAlchemy", "prompt_toolkit")
PATIENCE = 900.0  # seconds; reached only when something is broken
POLL = 0.02
Row = dict[str, Any]


def options(description: str) -> argparse.ArgumentParser:
    """The options that every benchmark has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="a minute or two: fewer data, not for quoting")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the data sets")
    parser.add_argument("--json", type=Path, help="write the rows there")
    return parser


def show(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print rows as a table, a column for each key of the first; a single row as a list; without any the title."""
    if not rows:
        print(f"{title}: nothing")
        return
    table = Table(title=title)
    cells = [[f"{value:.2f}" if isinstance(value, float) else str(value) for value in row.values()] for row in rows]
    if len(rows) == 1:
        table.show_header = False
        cells = [[name, value] for name, value in zip(rows[0], cells[0], strict=True)]
    names = list(rows[0]) if len(rows) > 1 else ["", ""]
    for name in names:
        table.add_column(name, justify="left" if isinstance(rows[0].get(name), str) else "right", no_wrap=True)
    for row in cells:
        table.add_row(*row)
    console = Console()
    # A file or a pipe has no width: nothing is to be cut off there.
    (console if console.is_terminal else Console(width=250)).print(table)


def write_json(path: Path | None, rows: Sequence[Mapping[str, Any]], *, seeds: Iterable[int], **more: Any) -> None:
    """Write rows with machine, versions and seeds, if a path was given."""
    if path is None:
        return
    head = machine() | {"seeds": list(seeds)}
    path.write_text(json.dumps(head | more | {"rows": list(rows)}, indent=1) + "\n", encoding="utf-8")


def machine() -> dict[str, Any]:
    """What the figures depend on beside the code."""
    return {
        "machine": {"platform": platform.platform(), "cores": os.cpu_count(), "python": platform.python_version()},
        "versions": {name: version(name) for name in PACKAGES},
    }


def grouped(rows: Iterable[Row], *names: str) -> dict[tuple[Any, ...], list[Row]]:
    """The rows by what they have in these columns, in the order in which that first comes."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in names), []).append(row)
    return groups


def percentiles(ms: Sequence[float]) -> dict[str, float]:
    """The median, the 99th percentile, and the slowest."""
    return {"p50": float(np.percentile(ms, 50)), "p99": float(np.percentile(ms, 99)), "max": max(ms)}


def timed(work: Callable[[], Any], clock: Callable[[], float] = time.perf_counter) -> tuple[float, Any]:
    """Seconds of the work, and what came of it."""
    began = clock()
    result = work()
    return clock() - began, result


def wait(
    done: Callable[[], bool], what: str, *, alive: Callable[[], bool] = lambda: True, patience: float = PATIENCE
) -> float:
    """Seconds until something is done.

    Args:
        done: whether it is.
        what: its name, for whoever waited in vain.
        alive: whether the process that is to do it is still there.
        patience: seconds.

    Raises:
        SystemExit: it took longer than that, or can no longer happen.
    """
    began = time.monotonic()
    while not done():
        if not alive() and not done():  # it may have been the last that was done
            raise SystemExit(f"Waited in vain for {what}: the process that was to do it has ended.")
        if time.monotonic() - began > patience:
            raise SystemExit(f"Waited for {what} in vain, {patience:g} s long.")
        time.sleep(POLL)
    return time.monotonic() - began


@contextmanager
def beside(*arguments: object, **how: Any) -> Iterator[subprocess.Popen[str]]:
    """Another Python with these arguments, which does not outlive the block."""
    with subprocess.Popen([sys.executable, *map(str, arguments)], text=True, **how) as process:
        try:
            yield process
        finally:
            process.kill()


def digest(*parts: str) -> str:
    """What tells one state of these files and folders of the repository from another."""
    content = hashlib.sha256()
    for file in (file for part in parts for file in _python(REPOSITORY / part)):
        content.update(file.relative_to(REPOSITORY).as_posix().encode() + b"\0" + file.read_bytes())
    return content.hexdigest()[:12]


def _python(path: Path) -> list[Path]:
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]
