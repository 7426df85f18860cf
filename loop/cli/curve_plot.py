"""Draw the learning curve as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loop.progress.curve import Point

# Columns: a narrower curve shows nothing, a wider one is hard to read.
NARROWEST, WIDEST = 40, 100
HEIGHT = 14


def drawn(points: Sequence[Point], width: int) -> list[str]:
    """Return lines that plot F1 and its 95% interval over the number of answers; empty for too few rounds.

    A star marks a round with enough gold spans for a single number. There are no colours, so a pipe gets the same.

    Args:
        points: in the order of the rounds.
        width: of the terminal, in cells.
    """
    scores = [(point.answers, point.scores.overall) for point in points]
    bounds = [(x, *one.strict.f1_interval) for x, one in scores if one.strict.f1_interval]
    if len(bounds) < 3 or width < NARROWEST:
        return []
    import plotext

    known = [(x, one.strict.f1) for x, one in scores if one.enough and one.strict.f1_interval]
    x, *sides = zip(*bounds, strict=True)
    plotext.clear_figure()
    for side in sides:
        plotext.plot(x, side, marker="·")
    if known:
        plotext.scatter(*zip(*known, strict=True), marker="*")
    plotext.plotsize(min(width - 1, WIDEST), HEIGHT)
    plotext.theme("clear")
    plotext.xlabel("answers learned from")
    plotext.title("* F1   · 95 %" if known else "F1, 95 %")
    text: str = plotext.build()
    return [line.rstrip() for line in plotext.uncolorize(text).splitlines()]
