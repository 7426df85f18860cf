"""What is left of erased texts where the program cannot reach, or must not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from loop.care.privacy import holding
from loop.records import Text
from loop.settings import ProjectPaths
from loop.store import Copy, Store


@dataclass(frozen=True, slots=True)
class Left:
    """What holds erased texts all the same.

    Attributes:
        files: of the project, such as guidelines that quote one. copies: made before, elsewhere.
    """

    files: tuple[Path, ...]
    copies: tuple[Copy, ...]


def left_of(texts: Sequence[Text], paths: ProjectPaths, store: Store) -> Left:
    """Where texts that were erased may still be."""
    copies = tuple(copy for copy in store.copies.all() if Path(copy.path).exists())
    return Left(tuple(holding(paths.root, [text.text for text in texts])), copies)
