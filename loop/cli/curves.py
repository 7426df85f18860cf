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
    """Return F over the answers learned from and its 95 % interval; nothing for few rounds.

    A round has a star where there are spans enough for a single number. Without colours, so that it is the same in a
    pipe.

    Args:
        points: first to last.
        width: of the terminal, in cells.
    """
    if len(points) < 3 or width < NARROWEST:
        return []
    import plotext

    x = [point.answers for point in points]
    scores = [point.scores.overall for point in points]
    known = [(point.answers, one.strict.f) for point, one in zip(points, scores, strict=True) if one.enough]
    plotext.clear_figure()
    for side in (0, 1):
        plotext.plot(x, [one.strict.f_interval[side] for one in scores], marker="·")
    if known:
        plotext.scatter(*zip(*known, strict=True), marker="*")
    plotext.plotsize(min(width - 1, WIDEST), HEIGHT)
    plotext.theme("clear")
    plotext.xlabel("answers learned from")
    plotext.title("* F    · 95 %" if known else "F, 95 %")
    text: str = plotext.build()
    return [line.rstrip() for line in plotext.uncolorize(text).splitlines()]
