from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pyte
import pytest

SCREENS = Path(__file__).parents[2] / "docs" / "screens"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def animation(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(SCREENS)
    import animation

    return animation


@pytest.fixture
def frame(animation: ModuleType) -> Callable[..., object]:
    def made(written: str, key: str = "", seconds: float = 1.0) -> object:
        screen = animation.Colours(20, 2)
        pyte.Stream(screen).feed(written)
        return animation.Frame(tuple(tuple(screen.buffer[y][x] for x in range(20)) for y in range(2)), key, seconds)

    return made


def test_words_stay_words_whatever_they_are(animation: ModuleType, frame: Callable[..., object]):
    root = ElementTree.fromstring(animation.animated([frame("</text><b> & co"), frame("ok", key="<")]))

    assert ["</text><b> & co", "ok", "⌨ <"] == [text.text for text in root.iter(f"{SVG}text")]


def test_letters_are_as_wide_as_their_cells_on_their_paper(animation: ModuleType, frame: Callable[..., object]):
    drawn = animation.animated([frame("a \x1b[1;30;46m链 b\x1b[0m")])
    root = ElementTree.fromstring(drawn)
    words = {text.text: (text.get("x"), text.get("textLength"), text.get("class")) for text in root.iter(f"{SVG}text")}
    paper, _ = root.iter(f"{SVG}rect")

    assert {"a": ("10", "8.4", None), "链 b": ("26.8", "33.6", "b")} == words
    assert ("26.8", "33.6") == (paper.get("x"), paper.get("width"))


def test_each_frame_is_shown_in_its_time_and_equal_rows_are_drawn_once(
    animation: ModuleType, frame: Callable[..., object]
):
    drawn = animation.animated([frame("same", seconds=1), frame("same\r\nnew", seconds=3), frame("same", seconds=1)])
    times = re.findall(r"@keyframes f(\d)\{.*?([\d.]+)%\{visibility:visible\}(?:([\d.]+)%,100%)?", drawn)

    assert [("0", "0.000", "20.000"), ("1", "20.000", "80.000"), ("2", "80.000", "")] == times
    assert 1 == drawn.count(">same<")
    assert drawn.count("5s step-end infinite") == drawn.count("@keyframes") == 3


def test_the_picture_of_the_readme_shows_corrections_answers_and_a_round_learned():
    root = ElementTree.fromstring((SCREENS / "session.svg").read_text(encoding="utf-8"))
    told = "\n".join(text.text or "" for text in root.iter(f"{SVG}text"))

    keys = set(re.findall("⌨ (.+)", told))

    assert "Enter" in keys
    assert len(keys) > 3
    assert ["1", "2", "3", "4"] == sorted(set(re.findall(r"([1-9]) today", told)))
    assert ["14", "15"] == sorted(set(re.findall(r"· round (\d+) ·", told)))


def test_the_picture_of_the_readme_needs_nothing_but_itself():
    picture = (SCREENS / "session.svg").read_text(encoding="utf-8")
    root = ElementTree.fromstring(picture)
    (seconds,) = {float(found) for found in re.findall(r"([\d.]+)s step-end infinite", picture)}

    assert 300_000 > len(picture.encode())
    assert 15 <= seconds <= 25
    assert {f"{SVG}{name}" for name in ("svg", "title", "style", "defs", "g", "use", "rect", "text")} == {
        element.tag for element in root.iter()
    }
    assert all(value.startswith("#r") for element in root.iter() if (value := element.get("href")))
    assert not re.search(r"url\(|@import|<script", picture)
