"""Parses pattern files: one JSON object per line, as for spaCy's EntityRuler and Prodigy, or a single JSON list."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loop.errors import InputError
from loop.formats.lines import source_name
from loop.formats.writing import write_jsonl
from loop.patterns.file import HINT, NoListError, elements


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern of a file: a term or a list of spaCy token patterns, with the label of its matches.

    Attributes:
        source: the file. line: the line in it.
        further: the other keys of its line, such as EntityRuler's "id", or the "source" of a term.
    """

    label: str
    pattern: str | list[dict[str, Any]]
    source: str
    line: int
    further: Mapping[str, Any] = field(default_factory=dict)

    @property
    def row(self) -> dict[str, Any]:
        """The pattern as a JSON object in the format of EntityRuler and Prodigy."""
        return {"label": self.label, "pattern": self.pattern, **self.further}

    @property
    def key(self) -> str:
        """What makes it the same pattern as another."""
        return json.dumps([self.label, self.pattern], sort_keys=True)

    def refusal(self, problem: str) -> InputError:
        """Return an error about this pattern that names its file and line."""
        return InputError(self.source, problem, line=self.line, hint=HINT)


def read_patterns(path: Path | str, labels: Collection[str]) -> Iterator[Pattern]:
    """Yield the pattern of every non-blank line, or of every element of a list.

    Raises:
        InputError: a line is not a pattern, or some labels are not among `labels`; one error names all of these.
    """
    missing: dict[str, int] = {}
    for number, line in elements(path):
        pattern = _pattern(line, path, number)
        if pattern.label not in labels:
            missing.setdefault(pattern.label, number)
        yield pattern
    if missing:
        named = ", ".join(f"{label!r} (line {number})" for label, number in missing.items())
        problem = f"labels that are not in the project ({', '.join(labels)}): {named}"
        hint = f"Add them with `loop labels add {','.join(missing)}`, or remove the lines."
        raise InputError(path, problem, line=min(missing.values()), hint=hint)


def read_usable(path: Path | str, labels: Collection[str]) -> Iterator[Pattern | InputError]:
    """Yield each line's pattern, or an error if it is invalid; a single error for an invalid list.

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
    further = {name: value for name, value in row.items() if name not in ("label", "pattern")}
    return Pattern(row["label"], row["pattern"], source_name(path), number, further)


def _can_match(pattern: object) -> bool:
    if isinstance(pattern, str):
        return bool(pattern.strip())
    return isinstance(pattern, list) and bool(pattern) and all(isinstance(token, dict) for token in pattern)


def add_patterns(path: Path, new: Iterable[Pattern], *, labels: Collection[str]) -> tuple[int, int]:
    """Append patterns to a file, skipping those it already has; return the numbers of added and of known patterns.

    The file is replaced atomically, so a trainer never reads half of it.

    Raises:
        InputError: the file has invalid lines.
        LoopError: the file cannot be written.
    """
    old = list(read_patterns(path, labels)) if path.exists() else []
    rows = [pattern.row for pattern in old]
    known = {pattern.key for pattern in old}
    added = seen = 0
    for pattern in new:
        seen += 1
        if pattern.key not in known:
            known.add(pattern.key)
            rows.append(pattern.row)
            added += 1
    if added:
        write_jsonl(rows, path)
    return added, seen - added
