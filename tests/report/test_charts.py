from __future__ import annotations

from xml.etree import ElementTree

import pytest

from loop.report.axes import Axes
from loop.report.charts import Dot, around, bars, line_chart, scatter

AXES = Axes((0, 10), (0, 100), size=(120, 140), left=10, right=10, top=10, bottom=30)  # 10 a unit, 1 a percent
DOTS = [Dot(1, 50, 40, 60, "first"), Dot(3, 70, 65, 80, "second")]


def drawn(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def points(element: ElementTree.Element | None) -> list[tuple[float, ...]]:
    assert element is not None
    return [tuple(map(float, pair.split(","))) for pair in element.attrib["points"].split()]


def test_a_curve_is_a_line_in_the_band_of_its_intervals() -> None:
    svg = drawn(line_chart(DOTS, AXES, "F1 over answers"))

    assert [(20, 60), (40, 40)] == points(svg.find("polyline[@class='line']"))
    assert [(20, 50), (40, 30), (40, 45), (20, 70)] == points(svg.find("polygon"))
    assert ["first", "second"] == [title.text for title in svg.iterfind("circle/title")]


def test_a_value_that_is_not_to_be_drawn_has_its_interval_alone() -> None:
    svg = drawn(line_chart([DOTS[0]._replace(single=False), DOTS[1]], AXES, ""))

    assert [(40, 40)] == points(svg.find("polyline[@class='line']"))
    assert ["first"] == [title.text for title in svg.iterfind("line[@class='whisker']/title")]
    assert ["second"] == [title.text for title in svg.iterfind("circle/title")]


def test_dots_have_the_bars_of_their_intervals_and_a_diagonal() -> None:
    svg = drawn(scatter(DOTS, AXES, ""))
    whiskers = [(line.attrib["y1"], line.attrib["y2"]) for line in svg.iterfind("line[@class='whisker']")]

    assert [("70.0", "50.0"), ("45.0", "30.0")] == whiskers
    assert svg.find("line[@class='should']") is not None


def test_bars_stand_side_by_side_as_high_as_their_numbers() -> None:
    svg = drawn(bars([("low", 10.0), ("high", 100.0)], AXES, ""))
    shapes = [(float(r.attrib["x"]), float(r.attrib["width"]), float(r.attrib["height"])) for r in svg.iterfind("rect")]

    assert [(11, 48, 10), (61, 48, 100)] == shapes
    assert ["low", "high"] == [title.text for title in svg.iterfind("rect/title")]


@pytest.mark.parametrize(
    ("dots", "most", "expected"),
    [
        (DOTS, 100.0, (40, 80)),
        ([Dot(0, 99, 97, 100)], 100.0, (97, 100)),
        ([Dot(0, 2, 0, 3.3)], None, (0, 4)),
    ],
)
def test_the_axis_holds_all_intervals(dots: list[Dot], most: float | None, expected: tuple[float, float]) -> None:
    assert expected == around(dots, most=most)
