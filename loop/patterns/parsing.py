"""Match patterns as files hold them: a JSON object a line, as spaCy's EntityRuler and Prodigy read them, or a list."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loop.errors import InputError
from loop.formats.lines import source_name
from loop.formats.writing import write_jsonl
from loop.patterns.file import HINT, NoListError, elements


@dataclass(frozen=True, slots=True)
class Pattern:
    """A line of a file of patterns: a term, or a list of spaCy's token patterns, and the label of what it finds."""

    label: str
    pattern: str | list[dict[str, Any]]
    source: str
    line: int

    @property
    def row(self) -> dict[str, Any]:
        """The pattern as the EntityRuler and Prodigy write it."""
        return {"label": self.label, "pattern": self.pattern}

    def refusal(self, problem: str) -> InputError:
        """Return an error that names the pattern's file and line."""
        return InputError(self.source, problem, line=self.line, hint=HINT)


def read_patterns(path: Path | str, labels: Collection[str]) -> Iterator[Pattern]:
    """Yield the pattern of every line that is not blank, or of every element of a list.

    Raises:
        InputError: a line is no pattern, or labels are none of `labels`: all of them are named at once.
    """
    missing: dict[str, int] = {}
    for number, line in elements(path):
        pattern = _pattern(line, path, number)
        if pattern.label not in labels:
            missing.setdefault(pattern.label, number)
        yield pattern
    if missing:
        named = ", ".join(f"{label!r} (line {number})" for label, number in missing.items())
        problem = f"labels that are none of the project's ({', '.join(labels)}): {named}"
        hint = f"Add them with `loop labels add {','.join(missing)}`, or take the lines out."
        raise InputError(path, problem, line=min(missing.values()), hint=hint)


def read_usable(path: Path | str, labels: Collection[str]) -> Iterator[Pattern | InputError]:
    """Yield for each line or element its pattern, or what is wrong with it; one error for a list that is none.

    Raises:
        InputError: the file cannot be read.
    """
    try:
        found = elements(path)
    except NoListError as error:
        yield error
        return
    for number, line in found:
        try:
            pattern = _pattern(line, path, number)
            yield pattern if pattern.label in labels else pattern.refusal(f"{pattern.label} is not a label here.")
        except InputError as error:
            yield error


def _pattern(line: str, path: Path | str, number: int) -> Pattern:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise InputError(path, "not JSON", line=number, hint=HINT) from None
    if not isinstance(row, dict) or not isinstance(row.get("label"), str) or not _can_match(row.get("pattern")):
        raise InputError(path, "not a pattern", line=number, hint=HINT)
    return Pattern(row["label"], row["pattern"], source_name(path), number)


def _can_match(pattern: object) -> bool:
    if isinstance(pattern, str):
        return bool(pattern.strip())
    return isinstance(pattern, list) and bool(pattern) and all(isinstance(token, dict) for token in pattern)


def add_patterns(path: Path, new: Iterable[Pattern], *, labels: Collection[str]) -> tuple[int, int]:
    """Add patterns to the end of a file, those that it holds already left out; return how many were added and known.

    The file is written aside and put in place, so that a trainer never reads half of it.

    Raises:
        InputError: the file holds something else.
        LoopError: it cannot be written.
    """
    old = list(read_patterns(path, labels)) if path.exists() else []
    rows = [pattern.row for pattern in old]
    known = {json.dumps(row, sort_keys=True) for row in rows}
    added = seen = 0
    for pattern in new:
        seen += 1
        key = json.dumps(pattern.row, sort_keys=True)
        if key not in known:
            known.add(key)
            rows.append(pattern.row)
            added += 1
    if added:
        write_jsonl(rows, path)
    return added, seen - added
