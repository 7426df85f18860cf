"""The learning curve as lines of text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loop.progress.curve import Point

# Below this a curve is no picture; beyond it is too wide for one.
NARROWEST, WIDEST = 40, 100
HEIGHT = 14


def drawn(points: Sequence[Point], width: int) -> list[str]:
    """Return F over the answers learned from, a star for each round, and its 95 % interval; nothing for few rounds.

    Without colours, so that it is the same in a pipe.

    Args:
        points: first to last.
        width: of the terminal, in cells.
    """
    if len(points) < 3 or width < NARROWEST:
        return []
    import plotext

    x = [point.answers for point in points]
    measures = [point.scores.overall.strict for point in points]
    plotext.clear_figure()
    for side in (0, 1):
        plotext.plot(x, [one.f_interval[side] for one in measures], marker="·")
    plotext.scatter(x, [one.f for one in measures], marker="*")
    plotext.plotsize(min(width - 1, WIDEST), HEIGHT)
    plotext.theme("clear")
    plotext.xlabel("answers learned from")
    plotext.title("* F    · 95 %")
    text: str = plotext.build()
    return [line.rstrip() for line in plotext.uncolorize(text).splitlines()]
