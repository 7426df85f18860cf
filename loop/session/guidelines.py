"""The project's guidelines as a session shows them, with notes that reviewers add."""

from __future__ import annotations

import hashlib
from pathlib import Path

from loop.errors import LoopError
from loop.files import rewrite_text

HEADING = "## Decided in review"


def digest(guidelines: str) -> str:
    """A short hash of the guidelines, stored with each answer given under them."""
    return hashlib.sha256(guidelines.encode()).hexdigest()[:16]


def add_note(file: Path, note: str) -> str:
    """Add a note at the end of the section of notes, which is made if need be; return the whole guidelines.

    Raises:
        LoopError: the file cannot be read or written.
    """
    line = f"- {' '.join(note.split())}"
    try:
        return rewrite_text(file, lambda text: _with_line(text, line))
    except OSError as error:
        raise LoopError(f"{file.name} cannot be changed: {error.strerror}.", hint="Check its permissions.") from None


def _with_line(text: str, line: str) -> str:
    lines = text.rstrip().splitlines()
    if HEADING not in lines:
        lines += [*([""] if lines else []), HEADING, ""]
        return "\n".join([*lines, line, ""])
    first = lines.index(HEADING) + 1
    end = next((n for n in range(first, len(lines)) if lines[n].startswith("#")), len(lines))
    last = max(n for n in range(first, end + 1) if n == first or lines[n - 1].strip())
    gap = [""] if last == first else []
    return "\n".join([*lines[:last], *gap, line, *lines[last:], ""])
