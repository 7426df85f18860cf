"""Batches on their way in and out, in short transactions; what is cut short is taken back.

A batch of many texts is marked while it is written or removed, and its process holds a lock. Where the mark stands and
nobody holds the lock, the process was killed: whoever opens the store next takes the batch's texts out.
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
from loop.store.lookup import parts
from loop.store.schema import answers, batches, drafts, incoming, questions, queue, texts
from loop.store.spans import dump_spans
from loop.store.suggestions import NOTHING_ATTACHED, Attached, attach_staged

STAGED_ROWS = 5_000
# Per transaction: an annotator's answer waits for one of them, some 20 ms.
ROWS = 1_000
UNFINISHED = "unfinished_batch"


@dataclass(frozen=True, slots=True)
class NewText:
    """A text on its way in, with the place it comes from: `source` names the file, `line` counts from 1.

    `suggested` are the spans that the annotator is to be shown first.
    """

    text: str
    group: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    line: int | None = None
    suggested: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchReport:
    """What became of the texts of one batch, and of their suggestions; `batch` is 0 when all of them were known."""

    batch: int
    added: int
    duplicates: int
    attached: Attached = NOTHING_ATTACHED


def add_batch(database: Database, new: Iterable[NewText], *, source: str) -> BatchReport:
    """Add texts as one batch, all or nothing; see `Corpus.add_batch`."""
    with database.detached() as connection:
        incoming.create(connection)
        seen = sum(_stage(connection, part) for part in parts(new, STAGED_ROWS))
        connection.commit()
        connection.execution_options(immediate=True)
        report = _add_staged(database, connection, seen, source)
        return replace(report, attached=attach_staged(connection, report.batch))


def remove_batch(database: Database, batch: int) -> tuple[int, int]:
    """Take the unanswered texts of a batch out; see `Corpus.remove_batch`."""
    with _alone(database):
        with database.write() as connection:
            if not connection.execute(select(batches.c.id).where(batches.c.id == batch)).first():
                raise StoreError(f"There is no batch {batch}.", hint="`loop status` lists the batches.")
            put_state(connection, UNFINISHED, batch)
        return _take_out(database, batch)


def take_back_unfinished(database: Database) -> None:
    """Take out the texts of a batch that a killed process left half added or half removed."""
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
    """A new batch without texts, inside the caller's transaction; returns its number."""
    row = insert(batches).values(source=source, added=0, duplicates=0, at=now()).returning(batches.c.id)
    return int(connection.execute(row).scalar_one())


def finish_batch(connection: Connection, batch: int, *, added: int, seen: int) -> BatchReport:
    """Note that a batch brought `added` new texts of the `seen` ones; a batch that brought none goes."""
    if not added:
        _forget_batch(connection, batch)
        return BatchReport(0, 0, seen)
    row = update(batches).where(batches.c.id == batch)
    connection.execute(row.values(added=added, duplicates=seen - added))
    append_event(connection, EventKind.BATCH_ADDED, {"batch": batch, "texts": added})
    return BatchReport(batch, added, seen - added)


def _forget_batch(connection: Connection, batch: int) -> None:
    """Take a batch that nobody was told of away; the next one gets its number."""
    connection.execute(delete(batches).where(batches.c.id == batch))
    last = "UPDATE sqlite_sequence SET seq = seq - 1 WHERE name = 'batches' AND seq = ?"
    connection.exec_driver_sql(last, (batch,))


def text_row(new: NewText) -> dict[str, Any]:
    """`new` as a row of `texts`, but for its batch."""
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
    """What a text is known by, whatever its batch or meta."""
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
    """Remove the unanswered texts of the marked batch, part by part; how many went and how many stay."""
    removed = sum(len(ids) for ids in _unanswered(database, batch))
    with database.write() as connection:
        kept = connection.execute(select(func.count()).where(texts.c.batch_id == batch)).scalar_one()
        was_finished = connection.execute(select(batches.c.added).where(batches.c.id == batch)).scalar_one()
        put_state(connection, UNFINISHED, None)
        if kept:
            connection.execute(update(batches).where(batches.c.id == batch).values(added=kept))
        elif not was_finished:
            _forget_batch(connection, batch)
        else:
            connection.execute(delete(batches).where(batches.c.id == batch))
        append_event(connection, EventKind.BATCH_REMOVED, {"batch": batch, "texts": removed})
    return removed, kept


def _unanswered(database: Database, batch: int) -> Iterator[Sequence[int]]:
    """The ids of a batch's unanswered texts, part by part; each part is removed when it is yielded."""
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
    connection.execute(delete(texts).where(texts.c.id.in_(ids)))


@contextmanager
def _alone(database: Database) -> Iterator[None]:
    """Hold the lock of those who add or remove batches, what a killed one has left taken back first.

    Raises:
        StoreError: another process holds it.
    """
    lock = _lock(database)
    if not lock.acquire():
        raise StoreError("Another command adds or removes texts now.", hint="Try again when it is done.")
    try:
        _take_back(database)
        yield
    finally:
        lock.release()


def _lock(database: Database) -> ProcessLock:
    return ProcessLock(database.path.parent / "adding.lock")
