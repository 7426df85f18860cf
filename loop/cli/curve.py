"""`loop curve`: the cross-validated learning curve of all answers, and the expected gain from more."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.printing import say
from loop.cli.project import opened
from loop.former_names import with_former_keys
from loop.terminal.columns import aligned
from loop.words import counted

if TYPE_CHECKING:
    from loop.acquire.stopping import Gain
    from loop.progress.scores import Score
    from loop.trainer.cross_validation import LearningCurve

HEADINGS = "label", "to find", "P", "R", "F1", "95 % of F1"


def curve_cli(
    ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False
) -> None:
    """Compute the learning curve of all answers by cross-validation, and the expected gain from more."""
    from loop.progress import progress
    from loop.trainer.cross_validation import learning_curve

    with opened(ctx) as (paths, settings, store):
        with _bar(hidden=as_json) as heard:
            curve = learning_curve(paths, settings, store, heard)
        if as_json:
            typer.echo(json.dumps(with_former_keys(asdict(curve))))
            return
        for line in curve_lines(curve, width=get_terminal_size().columns):
            say(line)
        say(f"advice   {progress(store, settings, paths).advice.words}")


def curve_lines(curve: LearningCurve, *, width: int = 80) -> list[str]:
    """Return the lines of the curve, and of a table of its last scores by label."""
    from loop.cli.curve_plot import drawn
    from loop.progress.advice import MORE

    last = curve.points[-1].scores
    rows = [("all", last.overall), *last.labels.items()]
    return [
        *drawn(curve.points, width),
        f"After {curve.points[-1].answers:,} answers, on {counted(last.overall.texts, f'answered {curve.evaluated}')}, "
        "each predicted by a model that did not learn from it:",
        *aligned([HEADINGS, *(_row(name, one) for name, one in rows)], left=(0, 5)),
        f"expects  of the next {MORE} answers {_points(curve.expected.more)}, "
        f"of all {counted(curve.expected.pool, 'text')} left {_points(curve.expected.rest)}",
    ]


def _row(name: str, score: Score) -> tuple[str, ...]:
    from loop.intervals import between

    numbers = (f"{number:5.1f}" for number in (score.strict.p, score.strict.r, score.strict.f1))
    return name, f"{score.gold:,}", *numbers, between(score.strict.f1_interval, "{:4.0f} – {:3.0f}")


def _points(gain: Gain) -> str:
    return f"{gain.f1:+.1f} F1 ({gain.low:+.1f} to {gain.high:+.1f})"


@contextmanager
def _bar(*, hidden: bool) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar during the block, on a terminal only; yields the function that updates it."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        TextColumn("training on parts of the answers"),
        BarColumn(),
        TextColumn("{task.completed} of {task.total} rounds"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    disabled = hidden or not sys.stderr.isatty()
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=disabled) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
