"""The unit in which a file counts its offsets: characters, or what JavaScript, Rust or Windows count instead.

A file does not say what it counts, so every row has to bear it out: by the text that a span names beside its offsets,
or else by spans that begin and end where words do. A row that fits characters is read in characters; one that fits a
single other unit is converted. All rows of a file count the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from wcwidth import iter_graphemes

from loop.errors import LoopError
from loop.formats.raw import BadRowError
from loop.formats.words import ends_on_words

CHARACTERS = "characters"
Place = tuple[int, int]
"""Where a span begins and ends, in characters."""


@dataclass(frozen=True, slots=True)
class GivenSpan:
    """A span as a row gives it, in some unit; `text` is what the row says that it covers, where it does."""

    start: int
    end: int
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A way to count.

    Attributes:
        words: its name in a sentence. parts: cuts a text into what is counted together. size: what a part counts as.
        differs: matches what does not count as characters.
    """

    words: str
    parts: Callable[[str], Iterable[str]]
    size: Callable[[str], int]
    differs: re.Pattern[str]

    def places(self, text: str, given: Iterable[GivenSpan]) -> list[Place] | None:
        """Return where spans are; None if one is empty, lies outside of the text or begins or ends inside of a part."""
        at, offset, found = 0, 0, {0: 0}
        for part in self.parts(text):
            at, offset = at + len(part), offset + self.size(part)
            found[offset] = at
        places = [(found.get(one.start, -1), found.get(one.end, -1)) for one in given]
        return places if all(0 <= start < end for start, end in places) else None


def _utf16(part: str) -> int:
    return len(part.encode("utf-16-le", "surrogatepass")) // 2


_with_line_ends = re.compile(r"\r?\n|.", re.DOTALL).findall
UNITS: Mapping[str, Unit] = {
    CHARACTERS: Unit("characters", list, len, re.compile(r"(?!)")),
    "utf-16": Unit("UTF-16 units (as in JavaScript)", list, _utf16, re.compile(r"[^\0-\uffff]")),
    "utf-8": Unit("bytes of UTF-8", list, lambda part: len(part.encode()), re.compile(r"[^\0-\x7f]")),
    "characters-lf": Unit(r"characters with \r\n as one", _with_line_ends, lambda _: 1, re.compile(r"\r\n")),
    "utf-16-lf": Unit(
        r"UTF-16 units with \r\n as one",
        _with_line_ends,
        lambda part: 1 if part == "\r\n" else _utf16(part),
        re.compile(r"\r\n|[^\0-\uffff]"),
    ),
    "characters-crlf": Unit(
        "characters with every line end as two",
        _with_line_ends,
        lambda part: 1 + part.endswith("\n"),
        re.compile(r"\n"),
    ),
    "graphemes": Unit("grapheme clusters", iter_graphemes, lambda _: 1, re.compile(r"[^\0-\x7f]|\r\n")),
}
_WAY_OUT = f"Say what the file counts with --offsets UNIT: {', '.join(UNITS)}."


@dataclass(frozen=True, slots=True)
class Reading:
    """Where the spans of a row would be, were its offsets counted in one of `units`.

    Attributes:
        fits: whether the spans cover what they name, or else begin and end where words do.
        on_words: how many of their ends do so.
    """

    units: tuple[str, ...]
    places: tuple[Place, ...]
    fits: bool
    on_words: int

    @property
    def unit(self) -> str:
        """The plainest of the units."""
        return self.units[0]

    @property
    def words(self) -> str:
        """Its name in a sentence."""
        return UNITS[self.unit].words


class OffsetUnit:
    """What one file counts its offsets in, as far as its rows have told.

    Args:
        said: the unit, where the user names it: then only what spans name has to bear it out. None to find it.

    Raises:
        LoopError: there is no such unit.
    """

    def __init__(self, said: str | None = None) -> None:
        if said is not None and said not in UNITS:
            raise LoopError(f"No offsets are counted in {said!r}.", hint=f"There are: {', '.join(UNITS)}.")
        self._said = said
        # With the line of the row that did so.
        self._ruled_out: dict[str, int | None] = {name: None for name in UNITS if said not in (None, name)}

    def read(self, text: str, given: Sequence[GivenSpan], line: int) -> Reading:
        """Return how the spans of a row are to be read.

        Raises:
            BadRowError: they fit no unit, several, or none that the earlier rows fit.
        """
        readings = _readings(text, given)
        possible = [one for one in readings if not self._ruled_out.keys() >= set(one.units)]
        named = any(one.text is not None for one in given)
        fitting = [one for one in possible if one.fits or (self._said and not named)]
        if len(fitting) > 1 and fitting[0].unit != CHARACTERS:
            ways = ", or ".join(one.words for one in fitting)
            raise BadRowError(f"its spans fit words whether its offsets count {ways}.", _WAY_OUT)
        if not fitting and not named and possible[:1] == readings[:1]:
            fitting = _characters_if_best(readings)
        if not fitting:
            raise self._misfit(text, given, readings)
        for name in UNITS.keys() - fitting[0].units:
            self._ruled_out.setdefault(name, line)
        return fitting[0]

    def _misfit(self, text: str, given: Sequence[GivenSpan], readings: Sequence[Reading]) -> BadRowError:
        for one in readings:
            if one.fits:
                line = self._ruled_out[one.unit]
                others = "that is not what was said" if line is None else f"those of line {line} do not"
                return BadRowError(f"its offsets count {one.words}, and {others}.", _WAY_OUT)
        for n, span in enumerate(given, start=1):
            if not 0 <= span.start < span.end <= len(text):
                problem = f"span {n} goes from {span.start} to {span.end} in a text of {len(text)} characters."
                return BadRowError(problem, _WAY_OUT if readings else "")
            if span.text is not None and not _same(text[span.start : span.end], span.text):
                hint = f"Nor does it with any other unit that loop knows: {', '.join(UNITS)}."
                return BadRowError(f"span {n} names another text than its offsets.", hint)
        return BadRowError("its spans begin or end inside of words, whatever its offsets count.", _WAY_OUT)


def _readings(text: str, given: Sequence[GivenSpan]) -> list[Reading]:
    """Every way to read the spans of a text, characters first."""
    as_given = [(one.start, one.end) for one in given]
    inside = all(0 <= start < end <= len(text) for start, end in as_given)
    units: dict[tuple[Place, ...], list[str]] = {}
    for name, unit in UNITS.items():
        differs = unit.differs.search(text) is not None
        places = unit.places(text, given) if differs else as_given if inside else None
        if places is not None:
            units.setdefault(tuple(places), []).append(name)
    return [_reading(text, given, places, names) for places, names in units.items()]


def _reading(text: str, given: Sequence[GivenSpan], places: tuple[Place, ...], units: Sequence[str]) -> Reading:
    alone = len(units) == len(UNITS)
    on_words = 0 if alone else sum(ends_on_words(text, start, end) for start, end in places)
    fits = alone or on_words == 2 * len(places)
    if any(one.text is not None for one in given):
        pairs = zip(given, places, strict=True)
        fits = all(one.text is None or _same(text[start:end], one.text) for one, (start, end) in pairs)
    return Reading(tuple(units), places, fits, on_words)


def _characters_if_best(readings: Sequence[Reading]) -> list[Reading]:
    """Characters, if there no other unit lets more spans begin and end where words do."""
    best = max((one.on_words for one in readings), default=0)
    return [one for one in readings[:1] if one.unit == CHARACTERS and one.on_words == best]


def _same(covered: str, said: str) -> bool:
    """Whether two texts say the same; Label Studio writes white space as a browser shows it, or escapes it."""
    return covered == said or "".join(covered.split()) == "".join(said.replace("\\n", "\n").split())
