"""Pattern files: one JSON object per line, as for spaCy's EntityRuler and Prodigy, or a single JSON list.

A changed list is written back as JSON lines.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from loop.errors import InputError, LoopError
from loop.files import open_private, replacing
from loop.formats.lines import numbered_lines
from loop.formats.raw import BadRowError
from loop.formats.strict_json import parsed_all
from loop.records import PatternSource

HINT = 'A pattern is {"label": "PART", "pattern": "brake pad"} or {"label": …, "pattern": [{"lower": "brake"}, …]}.'


class NoListError(InputError):
    """A file begins with [ but is not a valid JSON list."""


def elements(path: Path | str) -> list[tuple[int, str]]:
    """The non-blank lines of a file, or the elements of a list, each with its line number (a list element's first).

    Raises:
        InputError: the file cannot be read.
        NoListError: the file begins with [ but is not a list.
    """
    lines = [(number, line) for number, line in numbered_lines(path) if line.strip()]
    if not lines or not lines[0][1].lstrip().startswith("["):
        return lines
    content = "".join(line if line.endswith("\n") else f"{line}\n" for _, line in lines)
    try:
        rows = [(at, json.dumps(row, ensure_ascii=False)) for at, row in parsed_all(content)]
    except BadRowError as error:
        problem = f"begins with [ but is not a list of patterns: it {error.problem}"
        raise NoListError(path, problem, hint=HINT) from None
    return [(lines[content.count("\n", 0, at)][0], f"{row}\n") for at, row in rows]


def pattern_lines(path: Path) -> list[str]:
    """All lines of a file, including blank and invalid ones; for a list, one line per element.

    Raises:
        InputError: the file cannot be read.
    """
    lines = [line for _, line in numbered_lines(path)]
    first = next((line for line in lines if line.strip()), "")
    with suppress(NoListError):
        return [line for _, line in elements(path)] if first.lstrip().startswith("[") else lines
    return lines


def append_pattern(path: Path, string: str, label: str, *, source: PatternSource | None = None) -> bool:
    """Append a case-insensitive pattern for a string, unless the file has it; return whether it was added.

    The file is on disk on return. `source` is written beside the pattern; spaCy ignores it.

    Raises:
        LoopError: the file cannot be read or written.
    """
    row = {"label": label, "pattern": " ".join(string.split())} | ({"source": source} if source else {})
    there = elements(path) if path.exists() else []
    if any(_same(line, row) for _, line in there):
        return False
    if there and (lines := pattern_lines(path)) != [line for _, line in numbered_lines(path)]:
        _write(path, lines)
    try:
        with os.fdopen(open_private(path.resolve(), os.O_RDWR), "rb+") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 1))
            begun = file.read(1) not in (b"", b"\n")
            file.write(b"\n" * begun + json.dumps(row, ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise LoopError(f"{path.name} cannot be written: {error.strerror}.", hint="Check its permissions.") from None
    return True


def relabel_patterns(path: Path, names: Mapping[str, str | None]) -> None:
    """Rename the labels of patterns; patterns whose label maps to None are removed. All other lines stay.

    Raises:
        LoopError: the file cannot be read or written.
    """
    _rewrite(path, lambda line: _relabeled(line, names))


def drop_patterns(path: Path, are_dropped: Callable[[str], bool]) -> int:
    """Remove the string patterns for which `are_dropped` is true; return their number. All other lines stay.

    Raises:
        LoopError: the file cannot be read or written.
    """
    return _rewrite(path, lambda line: None if (string := _string(line)) and are_dropped(string) else line)


def drop_pattern(path: Path, string: str, label: str) -> int:
    """Remove the string patterns for a string and a label; return their number. All other lines stay.

    Raises:
        LoopError: the file cannot be read or written.
    """
    row = {"label": label, "pattern": " ".join(string.split())}
    return _rewrite(path, lambda line: None if _same(line, row) else line)


def terms_of(path: Path) -> dict[str, str]:
    """The label of each term of a file; empty without a file.

    Terms are string patterns, and token patterns that only spell out words. Of a string with two labels, the first
    counts.

    Raises:
        InputError: the file cannot be read.
    """
    found: dict[str, str] = {}
    for line in pattern_lines(path) if path.exists() else ():
        with suppress(ValueError, RecursionError):
            row = json.loads(line)
            if isinstance(row, dict) and isinstance(row.get("label"), str) and (term := _term(row.get("pattern"))):
                found.setdefault(term, row["label"])
    return found


def _term(pattern: object) -> str:
    if isinstance(pattern, str):
        return " ".join(pattern.split())
    if not isinstance(pattern, list) or not all(isinstance(token, dict) and len(token) == 1 for token in pattern):
        return ""
    spelled = [(str(name).lower(), word) for token in pattern for name, word in token.items()]
    plain = all(name in ("lower", "text", "orth") and isinstance(word, str) for name, word in spelled)
    return " ".join(word for _, word in spelled) if plain else ""


def _rewrite(path: Path, change: Callable[[str], str | None]) -> int:
    """Change or drop each line of a file; return the number dropped. Without changes the file is not written."""
    if not path.exists():
        return 0
    lines = pattern_lines(path)
    changed = [change(line) for line in lines]
    if changed != lines:
        _write(path, (line for line in changed if line is not None))
    return changed.count(None)


def _write(path: Path, lines: Iterable[str]) -> None:
    try:
        with replacing(path.resolve()) as file:
            file.write("".join(lines).encode())
    except OSError as error:
        raise LoopError(f"{path.name} cannot be written: {error.strerror}.", hint="Check its permissions.") from None


def _string(line: str) -> str | None:
    """The string of a string pattern; None for other lines."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    pattern = row.get("pattern") if isinstance(row, dict) else None
    return pattern if isinstance(pattern, str) else None


def drop_lines(path: Path, numbers: Collection[int]) -> None:
    """Remove lines from a pattern file, all or none; the others stay as they are.

    Raises:
        LoopError: a line does not exist, or the file cannot be read or written.
    """
    lines = dict(enumerate(pattern_lines(path), start=1)) if path.exists() else {}
    missing = [number for number in numbers if not lines.get(number, "").strip()]
    if missing:
        raise LoopError(f"{path.name} has no pattern {missing[0]}.", hint="`loop patterns list` shows their numbers.")
    counted = iter(lines)
    _rewrite(path, lambda line: None if next(counted) in numbers else line)


def _relabeled(line: str, names: Mapping[str, str | None]) -> str | None:
    try:
        row = json.loads(line)
    except ValueError:
        return line
    if not isinstance(row, dict) or row.get("label") not in names:
        return line
    name = names[row["label"]]
    return None if name is None else json.dumps(row | {"label": name}, ensure_ascii=False) + "\n"


def _same(line: str, row: Mapping[str, str]) -> bool:
    try:
        other = json.loads(line)
    except ValueError:
        return False
    if not isinstance(other, dict) or not isinstance(other.get("pattern"), str):
        return False
    return other.get("label") == row["label"] and other["pattern"].casefold() == row["pattern"].casefold()
