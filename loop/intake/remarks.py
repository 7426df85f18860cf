"""What has to be said of single rows after an import: of what kind it is, and in which lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from loop.errors import InputError
from loop.formats import RawText

Remarks = Mapping[str, tuple["Place", ...]]
"""By its kind, each place where something was the case, as often as it was."""


LINES_SHOWN = 10


class Place(NamedTuple):
    """A file, and a line or row in it."""

    source: str
    line: int


def lines_of(places: Sequence[Place]) -> str:
    """Return where something was, such as "line 3, 7 and 12"; files are named where there are several."""
    distinct = list(dict.fromkeys(places))
    files = {file for file, _ in distinct}
    shown = [f"{line}" if len(files) == 1 else f"{file} {line}" for file, line in distinct[:LINES_SHOWN]]
    if more := len(distinct) - len(shown):
        shown.append(f"{more:,} more")
    listed = " and ".join([*filter(None, [", ".join(shown[:-1])]), shown[-1]])
    return f"line {listed}" if len(distinct) == 1 else f"lines {listed}"


class Remarking:
    """Collects remarks, and labels that a project lacks, while files are read."""

    def __init__(self) -> None:
        self._found: dict[str, list[Place]] = defaultdict(list)
        self._missing: dict[str, Place] = {}

    def note(self, kind: str, raw: RawText, times: int = 1, *, line: int = 0) -> None:
        """Remark that something was the case in a row, or in another `line` of it than its first."""
        self._found[kind] += [Place(raw.source, line or raw.line)] * times

    def miss(self, label: str, raw: RawText) -> None:
        """Remember a label that is none of the project's."""
        self._missing.setdefault(label, Place(raw.source, raw.line))

    def refuse_missing(self, verb: str, labels: tuple[str, ...]) -> None:
        """Refuse all the labels that the project lacks at once.

        Raises:
            InputError: there are some.
        """
        if not self._missing:
            return
        (first, (source, line)), *rest = self._missing.items()
        problem = f"{verb} the label {first}, which is none of the project's."
        if rest:
            others = ", ".join(f"{label} (line {place.line})" for label, place in rest)
            problem = f"{problem.removesuffix('.')}; nor are {others}."
        known = {label.casefold(): label for label in labels}
        alike = [(one, known[one.casefold()]) for one in self._missing if one.casefold() in known]
        hint = "".join(f"If {one} means {label}, call it so in the file. " for one, label in alike)
        hint += f"New labels come in with `loop labels add {','.join(self._missing)}`."
        raise InputError(source, problem, line=line, hint=hint)

    def all(self) -> Remarks:
        """Return what was remarked."""
        return {kind: tuple(places) for kind, places in self._found.items()}
