"""Folders of text files, and files that are one text each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from loop.errors import InputError
from loop.formats.lines import Source, source_name, unpacked_name
from loop.formats.raw import RawText
from loop.formats.registry import reader

DOCUMENT = "document"
ENDINGS = frozenset({".txt", ".text"})


@reader(DOCUMENT)
def read_document(source: Source, *, text_field: str) -> Iterator[RawText]:  # noqa: ARG001 (every reader is given it)
    """Yield the whole file as one text, without the line ends after it."""
    yield RawText(source.text().rstrip("\r\n"), source.name, 1)


def text_files(folder: Path) -> list[Path]:
    """Return the text files of a folder and its subfolders, sorted; hidden ones and links to folders are left out.

    Raises:
        InputError: there is none, or a folder cannot be read.
    """
    found = []
    for place, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(place, name) for name in names if _is_text(name)]
    if not found:
        hint = f"Name files of another kind by a pattern, such as '{source_name(folder)}/*.jsonl'."
        raise InputError(source_name(folder), "is a folder without .txt files.", hint=hint)
    return sorted(file for file in found if file.is_file() or not file.exists())  # a broken link is named when read


def _is_text(name: str) -> bool:
    return not name.startswith(".") and Path(unpacked_name(name)).suffix.lower() in ENDINGS


def _refuse(error: OSError) -> None:
    hint = "Check its permissions."
    raise InputError(source_name(error.filename), f"cannot be read: {error.strerror}.", hint=hint) from None
