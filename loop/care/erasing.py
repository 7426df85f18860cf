"""Find erased texts in files that the program does not change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from loop.care.privacy import files_holding
from loop.records import Text
from loop.settings import ProjectPaths
from loop.store import Copy, Store


@dataclass(frozen=True, slots=True)
class Left:
    """Files that still contain erased texts.

    Attributes:
        files: in the project, such as guidelines that quote one, or an export.
        copies: earlier copies elsewhere, which may contain the texts.
    """

    files: tuple[Path, ...]
    copies: tuple[Copy, ...]


def left_of(texts: Sequence[Text], paths: ProjectPaths, store: Store) -> Left:
    """The places where erased texts may still be."""
    files = tuple(files_holding(paths.root, [text.text for text in texts]))
    found = {above for file in files for above in (file.resolve(), *file.resolve().parents)}
    made = ((copy, Path(copy.path)) for copy in store.copies.all())
    return Left(files, tuple(copy for copy, path in made if path.exists() and path.resolve() not in found))
