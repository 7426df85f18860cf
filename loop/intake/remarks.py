"""Remarks about single rows of an import, by kind, with their lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from loop.errors import InputError
from loop.formats import RawText
from loop.intake.similar_names import near

Remarks = Mapping[str, tuple["Place", ...]]
"""Kind of remark to the places it applies to; a place may repeat."""


LINES_SHOWN = 10


class Place(NamedTuple):
    """A file and the number of a line or row in it."""

    source: str
    line: int


def places_named(places: Sequence[Place]) -> str:
    """Return the places in words, such as "lines 3, 7 and 12"; several files are named."""
    distinct = list(dict.fromkeys(places))
    files = {file for file, _ in distinct}
    shown = [f"{line}" if len(files) == 1 else f"{file} {line}" for file, line in distinct[:LINES_SHOWN]]
    if more := len(distinct) - len(shown):
        shown.append(f"{more:,} more")
    listed = " and ".join([*filter(None, [", ".join(shown[:-1])]), shown[-1]])
    return f"line {listed}" if len(distinct) == 1 else f"lines {listed}"


class Remarking:
    """Collects remarks and unknown labels while files are read."""

    def __init__(self) -> None:
        self._found: dict[str, list[Place]] = defaultdict(list)
        self._missing: dict[str, Place] = {}

    def note(self, kind: str, raw: RawText, times: int = 1, *, line: int = 0) -> None:
        """Add a remark on a row, or on a later `line` of it."""
        self._found[kind] += [Place(raw.source, line or raw.line)] * times

    def miss(self, label: str, raw: RawText) -> None:
        """Remember an unknown label."""
        self._missing.setdefault(label, Place(raw.source, raw.line))

    def refuse_missing(self, verb: str, labels: tuple[str, ...]) -> None:
        """Raise one error for all unknown labels.

        Raises:
            InputError: there are unknown labels.
        """
        if not self._missing:
            return
        (first, (source, line)), *rest = self._missing.items()
        problem = f"{verb} the label {first}, which is not a label of the project."
        if rest:
            others = ", ".join(f"{label} (line {place.line})" for label, place in rest)
            problem = f"{problem.removesuffix('.')}; nor are {others}."
        alike = [(one, label) for one in self._missing if (label := near(one, labels))]
        hint = "".join(f"If {one} means {label}, pass --map {one}={label}. " for one, label in alike)
        hint += f"Add new labels with `loop labels add {','.join(self._missing)}`, "
        hint += f"or leave their spans out, with --map {first}=."
        raise InputError(source, problem, line=line, hint=hint)

    def all(self) -> Remarks:
        """Return all remarks."""
        return {kind: tuple(places) for kind, places in self._found.items()}
