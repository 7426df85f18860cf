"""Where texts were written to: exports, backups and other copies, for whoever erases a text to look at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from loop.store.database import Database, now
from loop.store.journal import get_state, put_state

COPIES = "copies"


@dataclass(frozen=True, slots=True)
class Copy:
    """A file or folder that texts were written to: `what` it is in a word, its full path, and when (ISO 8601)."""

    what: str
    path: str
    at: str


class Copies:
    """The copies that were made, oldest first; the newest of each path."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, what: str, path: Path) -> None:
        """Note that texts are being written to `path`."""
        copy = {"what": what, "path": str(path.absolute()), "at": now()}
        with self._database.write() as connection:
            others = [each for each in get_state(connection, COPIES) or [] if each["path"] != copy["path"]]
            put_state(connection, COPIES, [*others, copy])

    def all(self) -> list[Copy]:
        """Every copy, whether it is still there or not."""
        with self._database.read() as connection:
            return [Copy(**each) for each in get_state(connection, COPIES) or []]
