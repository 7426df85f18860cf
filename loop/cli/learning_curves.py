"""Prints learning curves of simulations while they run and afterwards."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from loop.cli.printing import say
from loop.terminal.columns import aligned

if TYPE_CHECKING:
    from loop.intervals import Measure
    from loop.simulate import Row, Run


@contextmanager
def progress_bars(runs: Sequence[Run], *, hidden: bool) -> Iterator[Callable[[Run, Row], None]]:
    """Show a progress bar per run during the block, on a terminal only; yields the function that updates them."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed} of {task.total} answers"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    disabled = hidden or not sys.stderr.isatty()
    with Progress(*columns, console=Console(stderr=True), disable=disabled) as progress:
        tasks = {run.name: progress.add_task(run.name, total=run.scenario.answers) for run in runs}
        yield lambda run, row: progress.update(tasks[run.name], completed=row.answers)


class Table:
    """Rows as lines of text; the heading comes with the first."""

    def __init__(self) -> None:
        self._begun = False

    def add(self, row: Row) -> None:
        """Print one row."""
        if not self._begun:
            say("answers  tokens  entities   keys  minutes      P      R     F1    95 % of F1")
            self._begun = True
        keys = "     –" if row.keys is None else f"{row.keys:6,}"
        effort = f"{row.answers:7,} {row.tokens:7,}   {row.entities:7,} {keys}  {row.seconds / 60:7,.1f}"
        say(f"{effort}  {row.p:5.1f}  {row.r:5.1f}  {row.f1:5.1f}  {_range(row)}")


def show(strategy: str, curves: dict[int, list[Row]]) -> None:
    """Print each seed's curve with its last scores by label, and the mean over the seeds."""
    for seed, rows in curves.items():
        say(f"{strategy}, seed {seed}:")
        table = Table()
        for row in rows:
            table.add(row)
        if rows and len(rows[-1].labels) > 1:
            show_labels(rows[-1])
    if len(curves) > 1:
        show_means(list(curves.values()))


def show_labels(row: Row) -> None:
    """Print the scores of each label."""
    rows = [(name, f"{one.p:5.1f}", f"{one.r:5.1f}", f"{one.f1:5.1f}", _range(one)) for name, one in row.labels.items()]
    for line in aligned([("label", "P", "R", "F1", "  95 % of F1"), *rows], left=(0, 4)):
        say(line)


def show_means(curves: Sequence[Sequence[Row]]) -> None:
    """Print the mean of several curves, and their spread."""
    say(f"mean of {len(curves)} seeds:")
    rows = [("answers", "tokens", "minutes", "F1", "lowest – highest")]
    for same in zip(*curves, strict=False):
        f1 = [row.f1 for row in same]
        tokens, seconds = (statistics.mean(getattr(row, name) for row in same) for name in ("tokens", "seconds"))
        effort = f"{same[0].answers:,}", f"{tokens:,.0f}", f"{seconds / 60:,.1f}"
        rows.append((*effort, f"{statistics.mean(f1):5.1f}", f"{min(f1):.1f} – {max(f1):.1f}"))
    for line in aligned(rows, left=()):
        say(line)


def _range(scores: Row | Measure) -> str:
    from loop.intervals import between

    return between(scores.f1_interval, "{:5.1f} – {:5.1f}")
