"""The labels in guidelines.md: rename their sections, and find the lines that mention a label."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from loop.errors import LoopError
from loop.files import rewrite_text

# A Markdown heading: its number signs, its words, and the rest of the line.
HEADING = re.compile(r"(#{1,6}[ \t]+)(.*?)([ \t]*#*[ \t]*\r?)")


def rename_sections(file: Path, names: Mapping[str, str | None]) -> None:
    """Rename the sections about labels; sections of removed or merged labels stay as they are.

    Raises:
        LoopError: the file cannot be read or written.
    """
    if not file.is_file():
        return
    try:
        rewrite_text(file, lambda text: _with_sections_renamed(text, names))
    except OSError as error:
        raise LoopError(f"{file.name} cannot be changed: {error.strerror}.", hint="Check its permissions.") from None


def _with_sections_renamed(text: str, names: Mapping[str, str | None]) -> str:
    lines = text.split("\n")
    there = {heading[2] for line in lines if (heading := HEADING.fullmatch(line))}
    new = {old: name for old, name in names.items() if name is not None and name not in there}
    return "\n".join(_renamed(line, new) for line in lines)


def _renamed(line: str, names: Mapping[str, str]) -> str:
    heading = HEADING.fullmatch(line)
    return line if heading is None else f"{heading[1]}{names.get(heading[2], heading[2])}{heading[3]}"


def lines_about(file: Path, label: str) -> list[int]:
    """The numbers, from 1, of the lines that contain the label as a whole word."""
    if not file.is_file():
        return []
    word = re.compile(rf"(?<!\w){re.escape(label)}(?!\w)")
    lines = file.read_text(encoding="utf-8", errors="replace").split("\n")
    return [number for number, line in enumerate(lines, start=1) if word.search(line)]
