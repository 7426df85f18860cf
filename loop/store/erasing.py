"""Erases texts permanently, with everything about them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Table, delete, func, select

from loop.errors import StoreError
from loop.store.database import Database
from loop.store.events import EventKind
from loop.store.import_log import forget_sources
from loop.store.journal import append_event, get_state, put_state
from loop.store.lookup import LOOKUP_ROWS, batched
from loop.store.publishing import SEEN
from loop.store.questions import REQUESTS, requests
from loop.store.schema import answers, batches, drafts, predictions, questions, queue, texts
from loop.store.weak_labels import forget_texts

WAIT = 10.0  # seconds
UNFINISHED = "erasing"


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was erased."""

    texts: int
    answers: int


def begin(database: Database, ids: Sequence[int]) -> None:
    """Record that these texts are to be erased; an interrupted erasure is finished when the project is next opened."""
    with database.write() as connection:
        put_state(connection, UNFINISHED, list(ids))


def unfinished(database: Database) -> list[int] | None:
    """The texts of an unfinished erasure (empty if only the file has to be rewritten); None without one."""
    with database.read() as connection:
        ids: list[int] | None = get_state(connection, UNFINISHED)
    return ids


def finish(database: Database) -> None:
    """Record that the erasure is finished."""
    with database.write() as connection:
        put_state(connection, UNFINISHED, None)


def erase(database: Database, ids: Sequence[int]) -> Erased:
    """Remove texts and their questions, queue entries, drafts, answers and predictions in one transaction.

    The event log keeps only the ids of their answers.
    """
    with database.write() as connection:
        said = delete_texts(connection, ids)
        connection.execute(delete(batches).where(batches.c.id.not_in(select(texts.c.batch_id))))
        forget_sources(connection)
        if ids:
            append_event(connection, EventKind.ERASED, {"texts": len(ids), "answers": said})
        put_state(connection, UNFINISHED, [])
    return Erased(len(ids), said)


def delete_texts(connection: Connection, ids: Sequence[int]) -> int:
    """Delete texts with everything about them, within the caller's transaction; return the number of their answers."""
    # An answer and the one that it retracts are deleted together.
    connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    said = sum(_erase(connection, part) for part in batched(ids, LOOKUP_ROWS))
    _forget(connection, frozenset(ids))
    return said


def _erase(connection: Connection, ids: Sequence[int]) -> int:
    asked = select(questions.c.id).where(questions.c.text_id.in_(ids))
    digests = select(texts.c.digest).where(texts.c.id.in_(ids))
    said = connection.execute(select(func.count()).where(answers.c.text_id.in_(ids))).scalar_one()
    connection.execute(delete(queue).where(queue.c.question_id.in_(asked)))
    connection.execute(delete(predictions).where(predictions.c.digest.in_(digests)))
    of_text: tuple[Table, ...] = (drafts, answers, questions)
    forget_texts(connection, ids)
    for table in of_text:
        connection.execute(delete(table).where(table.c.text_id.in_(ids)))
    connection.execute(delete(texts).where(texts.c.id.in_(ids)))
    return int(said)


def _forget(connection: Connection, ids: frozenset[int]) -> None:
    seen = get_state(connection, SEEN)
    kept = {annotator: one for annotator, one in requests(connection).items() if one["text"] not in ids}
    put_state(connection, REQUESTS, kept)
    if seen is not None:
        put_state(connection, SEEN, [each for each in seen if each[0] not in ids])


def rewrite(path: Path) -> None:
    """Rewrite the file and empty its log, so that no byte of removed data remains in either.

    Raises:
        StoreError: another process uses the store, or the disk is full; the contents are unchanged.
    """
    try:
        with closing(sqlite3.connect(path, timeout=WAIT, isolation_level=None)) as connection:
            for pragma in ("temp_store=MEMORY", "secure_delete=ON"):
                connection.execute(f"PRAGMA {pragma}").close()
            connection.execute("VACUUM")
            busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be rewritten: {error}.", hint="Check disk space.") from None
    if busy:
        raise StoreError("Another program is reading the store.", hint="Close it and run the same command again.")
