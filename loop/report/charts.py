"""Charts as SVG with the page's colours, so that they follow light and dark; tooltips give the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from loop.report.axes import Axes, Bounds, rounded


class Dot(NamedTuple):
    """A value with its interval and its tooltip; unless it is `single`, only the interval is drawn."""

    x: float
    y: float
    low: float
    high: float
    says: str = ""
    size: float = 3.0
    single: bool = True


def line_chart(dots: Sequence[Dot], axes: Axes, says: str) -> str:
    """A line through values with a band of their intervals."""
    lines = [_band(dots, axes), _line([dot for dot in dots if dot.single], axes)]
    return axes.drawn([*lines, *((_dot if dot.single else _whisker)(dot, axes) for dot in dots)], says)


def _band(dots: Sequence[Dot], axes: Axes) -> str:
    there = [f"{axes.px(dot.x)},{axes.py(dot.high)}" for dot in dots]
    back = [f"{axes.px(dot.x)},{axes.py(dot.low)}" for dot in reversed(dots)]
    return f'<polygon class="band" points="{" ".join([*there, *back])}"/>'


def _line(dots: Sequence[Dot], axes: Axes) -> str:
    points = " ".join(f"{axes.px(dot.x)},{axes.py(dot.y)}" for dot in dots)
    return f'<polyline class="line" points="{points}"/>'


def _dot(dot: Dot, axes: Axes) -> str:
    x, y = axes.px(dot.x), axes.py(dot.y)
    return f'<circle class="dot" cx="{x}" cy="{y}" r="{dot.size:.1f}"><title>{dot.says}</title></circle>'


def scatter(dots: Sequence[Dot], axes: Axes, says: str) -> str:
    """Values with error bars, and the diagonal where they should be."""
    (x1, x2), (y1, y2) = axes.x, axes.y
    diagonal = f'<line class="should" x1="{axes.px(x1)}" y1="{axes.py(y1)}" x2="{axes.px(x2)}" y2="{axes.py(y2)}"/>'
    return axes.drawn([diagonal, *(_whisker(dot, axes) + _dot(dot, axes) for dot in dots)], says)


def _whisker(dot: Dot, axes: Axes) -> str:
    x = axes.px(dot.x)
    ends = f'x1="{x}" x2="{x}" y1="{axes.py(dot.low)}" y2="{axes.py(dot.high)}"'
    return f'<line class="whisker" {ends}><title>{dot.says}</title></line>'


def bars(heights: Sequence[tuple[str, float]], axes: Axes, says: str) -> str:
    """A bar for each (tooltip, value), side by side over the whole width."""
    low, high = axes.x
    wide = (high - low) / max(1, len(heights))
    return axes.drawn([_bar(low + n * wide, wide, *one, axes) for n, one in enumerate(heights)], says)


def _bar(x: float, wide: float, words: str, height: float, axes: Axes) -> str:
    left, right, top = axes.px(x) + 1, axes.px(x + wide) - 1, axes.py(height)
    tall = axes.py(0.0) - top
    shape = f'x="{left:.1f}" y="{top}" width="{right - left:.1f}" height="{tall:.1f}"'
    return f'<rect class="bar" {shape}><title>{words}</title></rect>'


def around(dots: Sequence[Dot], *, most: float | None = None) -> Bounds:
    """Round bounds around all values and intervals, not below 0 and not above `most`."""
    low, high = min(dot.low for dot in dots), max(dot.high for dot in dots)
    bounds = rounded(max(0.0, low), high if most is None else min(most, high))
    return max(0.0, bounds[0]), bounds[1] if most is None else min(most, bounds[1])
