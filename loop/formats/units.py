"""Detect the unit of a file's offsets: characters, or the units of JavaScript, Rust or Windows.

A file does not name its unit, so each row must confirm it: by the text a span gives beside its offsets, or by spans
that start and end at word boundaries. Rows that fit characters are read in characters; rows that fit exactly one
other unit are converted. All rows of a file use the same unit.
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
"""Start and end of a span, in characters."""


@dataclass(frozen=True, slots=True)
class GivenSpan:
    """A span as given in a row, in some unit; `text` is the string the row says it covers, or None."""

    start: int
    end: int
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of offsets.

    Attributes:
        words: its name in a sentence. parts: splits a text into indivisible parts. size: units in a part.
        differs: matches text where the unit differs from characters.
    """

    words: str
    parts: Callable[[str], Iterable[str]]
    size: Callable[[str], int]
    differs: re.Pattern[str]

    def places(self, text: str, given: Iterable[GivenSpan]) -> list[Place] | None:
        """Return the spans in characters; None if one is empty, outside the text, or cuts a part."""
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
_WAY_OUT = f"Name the unit of the file's offsets with --offsets UNIT: {', '.join(UNITS)}."


@dataclass(frozen=True, slots=True)
class Reading:
    """The spans of a row, read in one of `units`.

    Attributes:
        fits: whether the spans cover the text they give, or start and end at word boundaries.
        on_words: how many of their ends are at word boundaries.
    """

    units: tuple[str, ...]
    places: tuple[Place, ...]
    fits: bool
    on_words: int

    @property
    def unit(self) -> str:
        """The simplest of the units."""
        return self.units[0]

    @property
    def words(self) -> str:
        """The unit's name in a sentence."""
        return UNITS[self.unit].words


class OffsetUnit:
    """The unit of one file's offsets, as far as its rows have shown.

    Args:
        said: the unit named by the user; then only the text given with spans must confirm it. None to detect it.

    Raises:
        LoopError: the unit is unknown.
    """

    def __init__(self, said: str | None = None) -> None:
        if said is not None and said not in UNITS:
            raise LoopError(f"{said!r} is not a unit of offsets.", hint=f"The units are {', '.join(UNITS)}.")
        self._said = said
        # Units ruled out, with the line of the row that did so; None if the user did.
        self._ruled_out: dict[str, int | None] = {name: None for name in UNITS if said not in (None, name)}

    def read(self, text: str, given: Sequence[GivenSpan], line: int) -> Reading:
        """Return the spans of a row in the file's unit.

        Raises:
            BadRowError: they fit no unit, several, or none that fits the earlier rows.
        """
        readings = _readings(text, given)
        possible = [one for one in readings if not self._ruled_out.keys() >= set(one.units)]
        named = any(one.text is not None for one in given)
        fitting = [one for one in possible if one.fits or (self._said and not named)]
        if len(fitting) > 1 and fitting[0].unit != CHARACTERS:
            ways = ", or ".join(one.words for one in fitting)
            raise BadRowError(f"its spans fit words whether the offsets count {ways}.", _WAY_OUT)
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
                others = "not the unit you named" if line is None else f"unlike those of line {line}"
                return BadRowError(f"its offsets count {one.words}, {others}.", _WAY_OUT)
        for n, span in enumerate(given, start=1):
            if not 0 <= span.start < span.end <= len(text):
                problem = f"span {n} goes from {span.start} to {span.end} in a text of {len(text)} characters."
                return BadRowError(problem, _WAY_OUT if readings else "")
            if span.text is not None and not _same(text[span.start : span.end], span.text):
                hint = f"No other unit fits either: {', '.join(UNITS)}."
                return BadRowError(f"the text of span {n} is not at its offsets.", hint)
        return BadRowError("its spans start or end inside words, whatever unit its offsets use.", _WAY_OUT)


def _readings(text: str, given: Sequence[GivenSpan]) -> list[Reading]:
    """All readings of the spans of a text, characters first."""
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
    """The reading in characters, unless another unit puts more ends at word boundaries."""
    best = max((one.on_words for one in readings), default=0)
    return [one for one in readings[:1] if one.unit == CHARACTERS and one.on_words == best]


def _same(covered: str, said: str) -> bool:
    """Whether two texts are the same up to white space, which Label Studio changes or escapes."""
    return covered == said or "".join(covered.split()) == "".join(said.replace("\\n", "\n").split())
