"""Axes of a chart: map values to positions, and draw grid lines and tick labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

Bounds = tuple[float, float]
# Steps between ticks are these times a power of ten (Heckbert 1990, "Nice numbers for graph labels").
NICE = (1.0, 2.0, 5.0, 10.0)
SMALLEST = 1e-3  # smallest range of an axis


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """About `about` round numbers from `low` to `high`, inclusive."""
    step = _step(low, high, about)
    return [round(n * step, 9) for n in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]


def rounded(low: float, high: float, about: int = 5) -> Bounds:
    """Round bounds around `low` and `high`, never equal."""
    step = _step(low, high, about)
    below = floor(low / step + 1e-9)
    return below * step, max(below + 1, ceil(high / step - 1e-9)) * step


def _step(low: float, high: float, about: int) -> float:
    raw = max(high - low, SMALLEST) / about
    power = 10.0 ** floor(log10(raw))
    return next(power * nice for nice in NICE if power * nice >= raw * 0.999)


@dataclass(frozen=True, slots=True)
class Axes:
    """The frame of a chart, in SVG units.

    Attributes:
        x, y: the values at its edges. size: width and height of the chart. x_name, y_name: titles of the axes.
        unit: appended to the tick labels at the left.
    """

    x: Bounds
    y: Bounds
    size: tuple[int, int]
    x_name: str = ""
    y_name: str = ""
    unit: str = ""
    left: int = 46
    right: int = 14
    top: int = 26
    bottom: int = 40

    @property
    def width(self) -> int:
        """Of the data."""
        return self.size[0]

    @property
    def height(self) -> int:
        """Of the data."""
        return self.size[1]

    def px(self, x: float) -> float:
        """The x position of a value."""
        low, high = self.x
        return round(self.left + (x - low) / ((high - low) or 1.0) * (self.width - self.left - self.right), 1)

    def py(self, y: float) -> float:
        """The y position of a value, from the top."""
        low, high = self.y
        return round(self.height - self.bottom - (y - low) / ((high - low) or 1.0) * self._tall, 1)

    @property
    def _tall(self) -> int:
        return self.height - self.top - self.bottom

    def drawn(self, parts: Sequence[str], says: str) -> str:
        """The chart as SVG; `says` describes it for screen readers, as HTML."""
        inside = "".join([*self._grid(), *parts, *self._numbers(), *self._names()])
        return f'<svg viewBox="0 0 {self.width} {self.height}" role="img" aria-label="{says}">{inside}</svg>'

    def _grid(self) -> list[str]:
        edges = self.px(self.x[0]), self.px(self.x[1])
        rows = [self.py(y) for y in ticks(*self.y, self._about)]
        return [f'<line class="grid" x1="{edges[0]}" x2="{edges[1]}" y1="{y}" y2="{y}"/>' for y in rows]

    @property
    def _about(self) -> int:
        return max(2, self._tall // 50)

    def _numbers(self) -> list[str]:
        under, left = self.height - self.bottom + 16, self.left - 7
        return [
            *(_tick(self.px(x), under, "middle", number(x)) for x in ticks(*self.x, max(2, self.width // 90))),
            *(_tick(left, self.py(y) + 4, "end", number(y) + self.unit) for y in ticks(*self.y, self._about)),
        ]

    def _names(self) -> list[str]:
        middle = (self.left + self.width - self.right) / 2
        below = f'<text class="axis" x="{middle}" y="{self.height - 5}" text-anchor="middle">{self.x_name}</text>'
        above = f'<text class="axis" x="2" y="{self.top - 13}">{self.y_name}</text>'
        return [text for text, name in ((below, self.x_name), (above, self.y_name)) if name]


def _tick(x: float, y: float, anchor: str, words: str) -> str:
    return f'<text class="tick" x="{x}" y="{y:g}" text-anchor="{anchor}">{words}</text>'


def number(value: float) -> str:
    """A number without trailing zeros: "1,200", "0.5"."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.6f}".rstrip("0")
