"""Adds and removes batches of texts in short transactions; interrupted operations are rolled back.

While a large batch is written or removed, it is marked, and the process holds a lock. A mark without a lock means that
the process was killed: whoever opens the store next removes the batch's texts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, literal, literal_column, select, update

from loop.errors import StoreError
from loop.records import Span
from loop.store.database import Database, now, polite
from loop.store.events import EventKind
from loop.store.journal import append_event, get_state, put_state
from loop.store.locks import ProcessLock
from loop.store.lookup import batched
from loop.store.schema import answers, batches, drafts, incoming, questions, queue, texts
from loop.store.spans import dump_spans
from loop.store.suggestions import NOTHING_ATTACHED, Attached, attach_staged
from loop.store.weak_labels import forget_texts

STAGED_ROWS = 5_000
# Rows per transaction, about 20 ms: an annotator's answer may have to wait for one.
ROWS = 1_000
UNFINISHED = "unfinished_batch"


@dataclass(frozen=True, slots=True)
class NewText:
    """A text to be added: `source` is its file, `line` its line in it, from 1.

    `suggested` are the spans to suggest to the annotator.
    """

    text: str
    group: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    line: int | None = None
    suggested: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchReport:
    """The result of adding a batch and its suggestions; `batch` is 0 if it had no new texts."""

    batch: int
    added: int
    duplicates: int
    attached: Attached = NOTHING_ATTACHED


def add_batch(database: Database, new: Iterable[NewText], *, source: str) -> BatchReport:
    """Add texts as one batch, all or nothing; see `Corpus.add_batch`."""
    with database.detached() as connection:
        incoming.create(connection)
        seen = sum(_stage(connection, part) for part in batched(new, STAGED_ROWS))
        connection.commit()
        connection.execution_options(immediate=True)
        report = _add_staged(database, connection, seen, source)
        return replace(report, attached=attach_staged(connection, report.batch))


def remove_batch(database: Database, batch: int) -> tuple[int, int]:
    """Remove the unanswered texts of a batch; see `Corpus.remove_batch`."""
    with _alone(database):
        with database.write() as connection:
            if not connection.execute(select(batches.c.id).where(batches.c.id == batch)).first():
                raise StoreError(f"There is no batch {batch}.", hint="`loop status` lists the batches.")
            put_state(connection, UNFINISHED, batch)
        return _take_out(database, batch)


def take_back_unfinished(database: Database) -> None:
    """Remove the texts of a batch that a killed process left partly added or partly removed."""
    with database.read() as connection:
        if get_state(connection, UNFINISHED) is None:
            return
    lock = _lock(database)
    if lock.acquire():
        try:
            _take_back(database)
        finally:
            lock.release()


def begin_batch(connection: Connection, source: str) -> int:
    """Insert a batch without texts, within the caller's transaction; return its number."""
    row = insert(batches).values(source=source, added=0, duplicates=0, at=now()).returning(batches.c.id)
    return int(connection.execute(row).scalar_one())


def finish_batch(connection: Connection, batch: int, *, added: int, seen: int) -> BatchReport:
    """Record that `added` of the `seen` texts of a batch were new; a batch without new texts is deleted."""
    if not added:
        _forget_batch(connection, batch)
        return BatchReport(0, 0, seen)
    row = update(batches).where(batches.c.id == batch)
    connection.execute(row.values(added=added, duplicates=seen - added))
    append_event(connection, EventKind.BATCH_ADDED, {"batch": batch, "texts": added})
    return BatchReport(batch, added, seen - added)


def _forget_batch(connection: Connection, batch: int) -> None:
    """Delete a batch whose number was never reported, and free the number."""
    connection.execute(delete(batches).where(batches.c.id == batch))
    last = "UPDATE sqlite_sequence SET seq = seq - 1 WHERE name = 'batches' AND seq = ?"
    connection.exec_driver_sql(last, (batch,))


def text_row(new: NewText) -> dict[str, Any]:
    """Convert a new text to a row of `texts`, without its batch."""
    key = digest(new.text)
    return {
        "digest": key,
        "text": new.text,
        "group_key": new.group,
        "meta": json.dumps(dict(new.meta), ensure_ascii=False),
        "source": new.source,
        "line": new.line,
        "suggested": dump_spans(new.suggested) if new.suggested else None,
        "pick": int.from_bytes(key[:6], "big") / 2**48,
    }


def digest(text: str) -> bytes:
    """The hash that identifies a text, regardless of batch and meta."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _stage(connection: Connection, part: Sequence[NewText]) -> int:
    connection.execute(insert(incoming), [text_row(text) for text in part])
    return len(part)


def _add_staged(database: Database, connection: Connection, seen: int, source: str) -> BatchReport:
    if seen > ROWS:
        with _alone(database):
            return _add_in_parts(database, connection, seen, source)
    with connection.begin():
        batch = begin_batch(connection, source)
        return finish_batch(connection, batch, added=_insert_staged(connection, batch, 0), seen=seen)


def _add_in_parts(database: Database, connection: Connection, seen: int, source: str) -> BatchReport:
    with connection.begin():
        batch = begin_batch(connection, source)
        put_state(connection, UNFINISHED, batch)
    try:
        added = sum(_insert_politely(connection, batch, start) for start in range(0, seen, ROWS))
        with connection.begin():
            put_state(connection, UNFINISHED, None)
            return finish_batch(connection, batch, added=added, seen=seen)
    except BaseException:
        _take_back(database)
        raise


def _insert_politely(connection: Connection, batch: int, start: int) -> int:
    with polite(), connection.begin():
        return _insert_staged(connection, batch, start)


def _insert_staged(connection: Connection, batch: int, start: int) -> int:
    rowid: ColumnElement[int] = literal_column("rowid")
    staged = select(*incoming.c, literal(batch)).where(rowid > start, rowid <= start + ROWS).order_by(rowid)
    names = [*incoming.c.keys(), "batch_id"]
    return connection.execute(insert(texts).prefix_with("OR IGNORE").from_select(names, staged)).rowcount


def _take_back(database: Database) -> None:
    with database.read() as connection:
        batch = get_state(connection, UNFINISHED)
    if batch is not None:
        _take_out(database, batch)


def _take_out(database: Database, batch: int) -> tuple[int, int]:
    """Remove the unanswered texts of the marked batch in parts; return how many were removed and how many stay."""
    removed = sum(len(ids) for ids in _unanswered(database, batch))
    with database.write() as connection:
        put_state(connection, UNFINISHED, None)
        kept = note_removed(connection, batch, removed)
    return removed, kept


def note_removed(connection: Connection, batch: int, removed: int) -> int:
    """Record that `removed` texts of a batch are gone, within the caller's transaction; return how many stay."""
    kept = int(connection.execute(select(func.count()).where(texts.c.batch_id == batch)).scalar_one())
    was_finished = connection.execute(select(batches.c.added).where(batches.c.id == batch)).scalar_one()
    if kept:
        connection.execute(update(batches).where(batches.c.id == batch).values(added=kept))
    elif not was_finished:
        _forget_batch(connection, batch)
    else:
        connection.execute(delete(batches).where(batches.c.id == batch))
    append_event(connection, EventKind.BATCH_REMOVED, {"batch": batch, "texts": removed})
    return kept


def _unanswered(database: Database, batch: int) -> Iterator[Sequence[int]]:
    """Remove a batch's unanswered texts in parts, yielding the ids of each part."""
    last = 0
    unused = ~exists().where(answers.c.text_id == texts.c.id)
    while True:
        gone = select(texts.c.id).where(texts.c.batch_id == batch, texts.c.id > last, unused)
        with polite(), database.write() as connection:
            ids = connection.execute(gone.order_by(texts.c.id).limit(ROWS)).scalars().all()
            _remove_texts(connection, ids)
        if not ids:
            return
        last = ids[-1]
        yield ids


def _remove_texts(connection: Connection, ids: Sequence[int]) -> None:
    asked = select(questions.c.id).where(questions.c.text_id.in_(ids))
    connection.execute(delete(queue).where(queue.c.question_id.in_(asked)))
    connection.execute(delete(drafts).where(drafts.c.text_id.in_(ids)))
    connection.execute(delete(questions).where(questions.c.text_id.in_(ids)))
    forget_texts(connection, ids)
    connection.execute(delete(texts).where(texts.c.id.in_(ids)))


@contextmanager
def _alone(database: Database) -> Iterator[None]:
    """Hold the lock for adding and removing batches; first roll back what a killed process left.

    Raises:
        StoreError: another process holds the lock.
    """
    lock = _lock(database)
    if not lock.acquire():
        raise StoreError("Another command is adding or removing texts.", hint="Try again when it is done.")
    try:
        _take_back(database)
        yield
    finally:
        lock.release()


def _lock(database: Database) -> ProcessLock:
    return ProcessLock(database.path.parent / "adding.lock")
