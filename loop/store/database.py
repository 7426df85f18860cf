"""One SQLite file: how it is opened, made safe, and brought to the current schema."""

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

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.schema import CreateIndex, CreateTable

from loop.errors import StoreError, StoreMissingError
from loop.files import make_private, new_file
from loop.store.copying import copy_store
from loop.store.file_systems import journal_mode
from loop.store.schema import metadata

SCHEMA_VERSION = "0008"
OLDEST = "0006"
BUSY = "busy_timeout=10000"  # milliseconds
MISSING_HINT = "Put a backup there. Where nothing is lost with it, `loop doctor --repair` makes an empty one."
DAMAGED_HINT = "`loop doctor` says what can be read; with --repair it saves that into a new store."


def now() -> str:
    """The present moment as the store writes it: ISO 8601, UTC."""
    return datetime.now(timezone.utc).isoformat()


@contextmanager
def polite() -> Iterator[None]:
    """Leave the lock alone for as long as the block has taken, for whoever waits for it.

    SQLite wakes nobody: they look now and then, and a writer that never pauses starves them.
    """
    began = time.monotonic()
    yield
    time.sleep(time.monotonic() - began)


class Database:
    """A connection factory in which reads see one snapshot and writes never wait for a lock they half hold."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = _engine(path)
        self._writing = self._engine.execution_options(immediate=True)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection inside a read transaction.

        Raises:
            StoreError: the file is locked for too long, full, or unreadable; nothing was written.
        """
        with self._explained(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def detached(self) -> Iterator[Connection]:
        """A connection for several transactions, which its user begins; temporary tables end with it.

        They are as those of `read`, or those of `write` once the option `immediate` is set.

        Raises:
            StoreError: see `read`.
        """
        with self._explained(), self._engine.connect() as connection:
            connection.detach()
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection inside a write transaction: committed to disk on leaving, undone on an error.

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
                hint="Try again: another command may be writing. If it lasts, check disk space and file permissions.",
            ) from None
        except DatabaseError as error:
            if type(error) is not DatabaseError:
                raise  # such as a broken constraint, which is for the caller
            raise StoreError(f"{self.path} is damaged, or no store ({error.orig}).", hint=DAMAGED_HINT) from None

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()


def open_database(path: Path) -> Database:
    """Open the store at `path`, brought up to date when it is older; nothing is created.

    Before an older store is changed a copy of it is left beside it, `loop.db.schema-0001` or so.

    Raises:
        StoreError: it is not there, is no store, was written by a newer version, or cannot be opened.
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
    """Make an empty store, and the folder for it; it is there when it is whole.

    Raises:
        StoreError: something is there already, or the folder cannot be written.
    """
    try:
        make_private(path.parent)
        if os.path.lexists(path):
            raise StoreError(f"{path} is there already.", hint="A store is never made in the place of another.")
        with new_file(path) as aside, closing(Database(aside)) as database, database.write() as connection:
            _create_tables(connection)
            connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
            connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (SCHEMA_VERSION,))
    except OSError as error:
        raise StoreError(
            f"{path} cannot be made: {error.strerror}.", hint="Check disk space and permissions."
        ) from None


def _create_tables(connection: Connection) -> None:
    """In an order that is always the same, so that two new stores are the same to the byte but for their moments."""
    for table in metadata.sorted_tables:
        connection.execute(CreateTable(table))
    for index in sorted((index for table in metadata.sorted_tables for index in table.indexes), key=attrgetter("name")):
        connection.execute(CreateIndex(index))


def check_present(path: Path) -> None:
    """See that there is a file with something in it where a store is to be opened.

    Raises:
        StoreError: it is missing, empty, a link, or no file.
    """
    try:
        status = path.lstat() if os.path.lexists(path) else None
    except OSError as error:
        hint = "Check disk space and permissions."
        raise StoreError(f"{path} cannot be opened: {error.strerror}.", hint=hint) from None
    if status and stat.S_ISLNK(status.st_mode):
        raise StoreError(f"{path} is a symbolic link.", hint="Put the store itself there; its folder may be a link.")
    if status and not stat.S_ISREG(status.st_mode):
        raise StoreError(f"{path} is not a file.", hint="Move it away, and put a backup there.")
    if not (status and status.st_size):
        log = path.with_name(f"{path.name}-wal")
        if log.exists() and log.stat().st_size:
            raise StoreError(f"{path} is missing or empty, but not its log.", hint="Put a backup of both there.")
        raise StoreMissingError(f"{path} is missing or empty.", hint=MISSING_HINT)


def _engine(path: Path) -> Engine:
    # SQLite itself would make a file that is missing, also in the middle of a session.
    file = {"mode": "rw", "uri": "true"}
    engine = create_engine(URL.create("sqlite", database=path.absolute().as_uri(), query=file))
    mode = journal_mode(path.parent)
    # Without a log a commit ends with a deleted file, and only EXTRA waits for that.
    safe = f"journal_mode={mode}", f"synchronous={'FULL' if mode == 'WAL' else 'EXTRA'}", "fullfsync=ON"
    # Text that waits on its way in is private, too: it shall not lie in a temporary folder. Nor shall what was removed
    # be left in the file.
    private = "temp_store=MEMORY", "secure_delete=ON"

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        # Python's driver would begin transactions by itself, and too late: SQLAlchemy's `begin` does it below.
        connection.isolation_level = None
        for pragma in (BUSY, *safe, *private, "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred transaction that reads and then writes fails at once when another writer came between.
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def _schema_version(connection: Connection, path: Path) -> str:
    """What Alembic wrote into the file; read without importing Alembic, which would delay the first screen."""
    tables = {row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "alembic_version" in tables:
        return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one())
    if tables:
        raise StoreError(f"{path} is a SQLite file, but not a store of loop.", hint="Name another file.")
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
        if before != SCHEMA_VERSION:  # another process may have been quicker
            copy_store(database.path, database.path.with_name(f"{database.path.name}.schema-{before}"))
            upgrade(connection)
