"""Records where texts were written to (exports, backups, …), so that copies can be found when a text is erased."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from loop.store.database import Database, now
from loop.store.journal import get_state, put_state

COPIES = "copies"


@dataclass(frozen=True, slots=True)
class Copy:
    """A file or folder that texts were written to: its kind (`what`), full path, and time (ISO 8601)."""

    what: str
    path: str
    at: str


class Copies:
    """The copies made, oldest first; only the newest for each path."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, what: str, path: Path) -> None:
        """Record that texts are written to `path`."""
        copy = {"what": what, "path": str(path.absolute()), "at": now()}
        with self._database.write() as connection:
            others = [each for each in get_state(connection, COPIES) or [] if each["path"] != copy["path"]]
            put_state(connection, COPIES, [*others, copy])

    def all(self) -> list[Copy]:
        """All copies, whether they still exist or not."""
        with self._database.read() as connection:
            return [Copy(**each) for each in get_state(connection, COPIES) or []]
