"""Replaces the contents of a store, in one transaction, by those of another file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection

from loop.errors import StoreError
from loop.store.database import Database, execute_outside
from loop.store.schema import metadata


class Replacement:
    """A store that is to be replaced, unless somebody writes to it meanwhile."""

    def __init__(self, path: Path, connection: Connection) -> None:
        self.path, self._connection = path, connection
        self._version = self._data_version()

    def put(self, source: Path) -> None:
        """Replace the contents by those of the store `source`: all or nothing, whenever the process ends.

        Raises:
            StoreError: the store has changed since this was created, or cannot be written; it stays as it is.
        """
        # While tables are replaced one after the other, rows refer to rows that are not there.
        execute_outside(self._connection, "PRAGMA foreign_keys=OFF")
        execute_outside(self._connection, "ATTACH DATABASE ? AS new", f"{source.absolute().as_uri()}?mode=rw")
        with self._connection.execution_options(immediate=True).begin():
            if self._data_version() != self._version:
                raise StoreError(f"{self.path} has changed meanwhile.", hint="Run the same command again.")
            for table in (*metadata.tables.values(), None):
                name = "sqlite_sequence" if table is None else table.name
                columns = "name, seq" if table is None else ", ".join(column.name for column in table.columns)
                for statement in (
                    f"DELETE FROM main.{name}",
                    f"INSERT INTO main.{name} ({columns}) SELECT {columns} FROM new.{name}",
                ):
                    self._connection.exec_driver_sql(statement)

    def _data_version(self) -> int:
        return int(execute_outside(self._connection, "PRAGMA data_version")[0][0])


@contextmanager
def replacement(path: Path) -> Iterator[Replacement]:
    """Watch a store from now on, to replace it."""
    with closing(Database(path)) as database, database.detached() as connection:
        yield Replacement(path, connection)
