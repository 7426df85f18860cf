"""Opens the SQLite file, configures it for durability, and migrates it to the current schema."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timezone
from operator import attrgetter
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.schema import CreateIndex, CreateTable

from loop.errors import StoreError, StoreMissingError
from loop.files import make_private, new_file
from loop.store.copying import copy_store
from loop.store.file_systems import journal_mode
from loop.store.schema import metadata

SCHEMA_VERSION = "0016"
OLDEST = "0006"
BUSY = "busy_timeout=10000"  # milliseconds
MISSING_HINT = "Restore a backup. If there is nothing to lose, `loop doctor --repair` creates an empty store."
DAMAGED_HINT = "`loop doctor` reports what can be read; with --repair it saves that into a new store."


def now() -> str:
    """The current time in the store's format: ISO 8601, UTC."""
    return datetime.now(timezone.utc).isoformat()


@contextmanager
def polite() -> Iterator[None]:
    """After the block, pause for as long as it took, so that other writers get the lock.

    Processes poll for SQLite's lock, so a writer that never pauses starves them.
    """
    began = time.monotonic()
    yield
    time.sleep(time.monotonic() - began)


class Database:
    """A connection factory: reads see one snapshot, and writes take the lock at the start, so they never deadlock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = _engine(path)
        self._writing = self._engine.execution_options(immediate=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a connection within a read transaction.

        Raises:
            StoreError: the file is locked for too long or unreadable, or the disk is full; nothing was written.
        """
        with self._explained(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def detached(self) -> Iterator[Connection]:
        """Yield a connection for several transactions, begun by the caller; temporary tables end with it.

        The transactions are read transactions, or write transactions if the option `immediate` is set.

        Raises:
            StoreError: see `read`.
        """
        with self._explained(), self._engine.connect() as connection:
            connection.detach()
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Yield a connection within a write transaction, committed to disk on leaving and rolled back on an error.

        Raises:
            StoreError: see `read`.
        """
        with self._explained(), self._writing.begin() as connection:
            yield connection

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as error:
            raise StoreError(
                f"The store cannot be used now ({error.orig}); nothing was changed.",
                hint="Try again: another command may be writing. If this persists, check disk space and permissions.",
            ) from None
        except DatabaseError as error:
            if type(error) is not DatabaseError:
                raise  # such as a violated constraint, which the caller handles
            raise StoreError(f"{self.path} is damaged or not a store ({error.orig}).", hint=DAMAGED_HINT) from None

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()


def execute_outside(connection: Connection, statement: str, *parameters: str) -> list[Any]:
    """Execute a statement that SQLite does not allow in a transaction; return its rows."""
    cursor = connection.connection.cursor()
    with closing(cursor):
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def open_database(path: Path) -> Database:
    """Open the store at `path`, migrating an older one; never creates a store.

    Before a migration, a copy is left beside the store, such as `loop.db.schema-0001`.

    Raises:
        StoreError: the file is missing, is not a store, was written by a newer version, or cannot be opened.
    """
    check_present(path)
    database = Database(path)
    try:
        with database.read() as connection:
            version = _schema_version(connection, path)
        if version != SCHEMA_VERSION:
            _migrate(database, version)
    except BaseException:
        database.close()
        raise
    return database


def create_database(path: Path) -> None:
    """Create an empty store atomically, including its folder.

    Raises:
        StoreError: `path` already exists, or the folder cannot be written.
    """
    try:
        make_private(path.parent)
        if os.path.lexists(path):
            raise StoreError(f"{path} already exists.", hint="Move it away first: a store never replaces another file.")
        with new_file(path) as aside, closing(Database(aside)) as database, database.write() as connection:
            _create_tables(connection)
            connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
            connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (SCHEMA_VERSION,))
    except OSError as error:
        raise StoreError(
            f"{path} cannot be created: {error.strerror}.", hint="Check disk space and permissions."
        ) from None


def _create_tables(connection: Connection) -> None:
    """Create the tables in a fixed order, so that two new stores differ only in their timestamps."""
    for table in metadata.sorted_tables:
        connection.execute(CreateTable(table))
    for index in sorted((index for table in metadata.sorted_tables for index in table.indexes), key=attrgetter("name")):
        connection.execute(CreateIndex(index))


def check_present(path: Path) -> None:
    """Check that `path` is a non-empty regular file.

    Raises:
        StoreError: it is missing, empty, a symbolic link, or not a file.
    """
    try:
        status = path.lstat() if os.path.lexists(path) else None
    except OSError as error:
        hint = "Check disk space and permissions."
        raise StoreError(f"{path} cannot be opened: {error.strerror}.", hint=hint) from None
    if status and stat.S_ISLNK(status.st_mode):
        raise StoreError(f"{path} is a symbolic link.", hint="Put the store itself there; its folder may be a link.")
    if status and not stat.S_ISREG(status.st_mode):
        raise StoreError(f"{path} is not a file.", hint="Move it away and restore a backup.")
    if not (status and status.st_size):
        log = path.with_name(f"{path.name}-wal")
        if log.exists() and log.stat().st_size:
            raise StoreError(f"{path} is missing or empty, but its log exists.", hint="Restore a backup of both.")
        raise StoreMissingError(f"{path} is missing or empty.", hint=MISSING_HINT)


def _engine(path: Path) -> Engine:
    # Otherwise SQLite would create a missing file, even in the middle of a session.
    file = {"mode": "rw", "uri": "true"}
    engine = create_engine(URL.create("sqlite", database=path.absolute().as_uri(), query=file))
    mode = journal_mode(path.parent)
    # Without WAL a commit ends by deleting the journal, and only EXTRA syncs that to disk.
    safe = f"journal_mode={mode}", f"synchronous={'FULL' if mode == 'WAL' else 'EXTRA'}", "fullfsync=ON"
    # Texts are private: staged ones must not be written to a temporary folder, nor removed ones remain in the file.
    private = "temp_store=MEMORY", "secure_delete=ON"

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        # Python's driver would begin transactions implicitly, and too late; `begin` below does so instead.
        connection.isolation_level = None
        for pragma in (BUSY, *safe, *private, "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred transaction that reads and then writes fails at once if another process has written in between.
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def _schema_version(connection: Connection, path: Path) -> str:
    """The schema version in the file, read without Alembic, whose import would delay the first screen."""
    tables = {row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "alembic_version" in tables:
        return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one())
    if tables:
        raise StoreError(f"{path} is a SQLite file, but not a loop store.", hint="Name another file.")
    raise StoreMissingError(f"{path} has no tables: it is not a store.", hint=MISSING_HINT)


def _migrate(database: Database, version: str) -> None:
    from loop.store.migrations import upgrade

    known = f"(schema {version}; this one knows {OLDEST} to {SCHEMA_VERSION})"
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"{database.path} was written by a newer loop {known}.",
            hint="Upgrade with `pip install -U spacy-loop`; nothing was changed.",
        )
    if version < OLDEST:
        raise StoreError(
            f"{database.path} was written by an early loop {known}.",
            hint="Run `loop status` once with version 0.1, which upgrades it: `pip install spacy-loop==0.1.0`.",
        )
    with database.write() as connection:
        before = _schema_version(connection, database.path)
        if before != SCHEMA_VERSION:  # another process may have migrated it meanwhile
            copy_store(database.path, database.path.with_name(f"{database.path.name}.schema-{before}"))
            upgrade(connection)
