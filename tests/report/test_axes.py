from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.report.axes import Axes, number, rounded, ticks


@pytest.mark.parametrize(
    ("low", "high", "about", "expected"),
    [
        (0, 100, 5, [0, 20, 40, 60, 80, 100]),
        (0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (43, 68, 5, [45, 50, 55, 60, 65]),
        (7, 7, 5, [7]),
    ],
)
def test_numbers_on_an_axis_are_round(low: float, high: float, about: int, expected: list[float]) -> None:
    assert expected == ticks(low, high, about)


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6), st.integers(2, 9))
def test_round_bounds_hold_what_is_between_them(low: float, size: float, about: int) -> None:
    below, above = rounded(low, low + size, about)

    little = 1e-6 * (1 + abs(low) + size)  # nobody sees it
    assert below <= low + little
    assert above >= low + size - little
    assert below < above


def test_values_lie_where_the_numbers_say() -> None:
    axes = Axes((0, 10), (0, 100), size=(200, 100), left=40, right=10, top=10, bottom=20)

    assert (40, 190, 80, 10) == (axes.px(0), axes.px(10), axes.py(0), axes.py(100))


def test_a_chart_says_what_it_shows_and_names_its_axes() -> None:
    drawn = Axes((0, 10), (0, 100), size=(200, 100), x_name="answers", y_name="F1").drawn(["<g/>"], "F1 over answers")

    assert drawn.startswith('<svg viewBox="0 0 200 100" role="img" aria-label="F1 over answers">')
    assert all(f">{name}</text>" in drawn for name in ("answers", "F1"))


@pytest.mark.parametrize(("value", "said"), [(1200.0, "1,200"), (0.5, "0.5"), (0.05, "0.05"), (-3.0, "-3")])
def test_numbers_have_no_needless_zeros(value: float, said: str) -> None:
    assert said == number(value)
