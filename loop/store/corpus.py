"""Texts and the batches they came in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Row,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    select,
    update,
)

from loop.errors import StoreError
from loop.records import Span, Text
from loop.store.database import Database, now
from loop.store.journal import append_event
from loop.store.schema import answers, batches, drafts, incoming, questions, queue, texts
from loop.store.spans import dump_spans, load_spans

INSERT_ROWS = 5_000
LOOKUP_ROWS = 500


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
    """What became of the texts of one `add_batch`; `batch` is 0 when all of them were known."""

    batch: int
    added: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class BatchInfo:
    """One batch: where it came from, when (ISO 8601), how many texts it brought and how many are answered."""

    id: int
    source: str
    at: str
    texts: int
    answered: int


class Corpus:
    """All texts of a project; a text is known by its exact characters."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_batch(self, new: Iterable[NewText], *, source: str) -> BatchReport:
        """Add texts as one batch, all or nothing; texts that are there already are dropped and counted.

        An error raised by `new` leaves the store as it was. The texts are staged in memory and written when the last
        of them has been read, so that a slow reader holds up nobody.
        """
        with self._database.write_late() as connection:
            incoming.create(connection)
            seen = _stage(connection, new)
            batch = int(
                connection.execute(
                    insert(batches).values(source=source, added=0, duplicates=0, at=now()).returning(batches.c.id)
                ).scalar_one()
            )
            staged = select(*incoming.c, literal(batch)).order_by(literal_column("rowid"))
            names = [*incoming.c.keys(), "batch_id"]
            added = connection.execute(insert(texts).prefix_with("OR IGNORE").from_select(names, staged)).rowcount
            incoming.drop(connection)
            if not added:
                connection.execute(delete(batches).where(batches.c.id == batch))
                return BatchReport(0, 0, seen)
            connection.execute(
                update(batches).where(batches.c.id == batch).values(added=added, duplicates=seen - added)
            )
            append_event(connection, "batch_added", {"batch": batch, "texts": added})
        return BatchReport(batch, added, seen - added)

    def remove_batch(self, batch: int) -> tuple[int, int]:
        """Take the unanswered texts of a batch back; returns how many went and how many answered ones stay.

        Raises:
            StoreError: there is no such batch.
        """
        with self._database.write() as connection:
            if not connection.execute(select(batches.c.id).where(batches.c.id == batch)).first():
                raise StoreError(f"There is no batch {batch}.", hint="`loop status` lists the batches.")
            unused = ~exists().where(answers.c.text_id == texts.c.id)
            gone = select(texts.c.id).where(texts.c.batch_id == batch, unused)
            asked = select(questions.c.id).where(questions.c.text_id.in_(gone))
            connection.execute(delete(queue).where(queue.c.question_id.in_(asked)))
            connection.execute(delete(drafts).where(drafts.c.text_id.in_(gone)))
            connection.execute(delete(questions).where(questions.c.text_id.in_(gone)))
            removed = connection.execute(delete(texts).where(texts.c.batch_id == batch, unused)).rowcount
            kept = _count(connection, texts.c.batch_id == batch)
            if not kept:
                connection.execute(delete(batches).where(batches.c.id == batch))
            append_event(connection, "batch_removed", {"batch": batch, "texts": removed})
        return removed, kept

    def batches(self) -> list[BatchInfo]:
        """Every batch, oldest first."""
        counts = (
            select(
                texts.c.batch_id,
                func.count().label("texts"),
                func.sum(cast(texts.c.answered, Integer)).label("answered"),
            )
            .group_by(texts.c.batch_id)
            .subquery()
        )
        query = select(batches, counts.c.texts, counts.c.answered).join(counts, counts.c.batch_id == batches.c.id)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(batches.c.id)).all()
        return [BatchInfo(row.id, row.source, row.at, row.texts, row.answered) for row in rows]

    def find(self, contents: Sequence[str]) -> dict[str, int]:
        """The ids of those `contents` that are texts of the corpus."""
        found: dict[str, int] = {}
        with self._database.read() as connection:
            for part in _parts(contents, LOOKUP_ROWS):
                wanted = {digest(content): content for content in part}
                rows = connection.execute(select(texts.c.digest, texts.c.id).where(texts.c.digest.in_(wanted)))
                found.update((wanted[row.digest], row.id) for row in rows)
        return found

    def texts(self, ids: Sequence[int]) -> list[Text]:
        """The texts with these ids, in this order; ids that are gone are left out."""
        found: dict[int, Text] = {}
        with self._database.read() as connection:
            for part in _parts(ids, LOOKUP_ROWS):
                rows = connection.execute(select(texts).where(texts.c.id.in_(part)))
                found.update((row.id, text_of(row)) for row in rows)
        return [found[id_] for id_ in ids if id_ in found]

    def size(self) -> int:
        """How many texts there are."""
        with self._database.read() as connection:
            return _count(connection)

    def pool_size(self) -> int:
        """How many texts nobody has answered yet."""
        with self._database.read() as connection:
            return _count(connection, texts.c.answered == 0)

    def sample_pool(self, n: int, rng: Random) -> list[Text]:
        """Up to `n` random unanswered texts, in an order that depends on `rng` alone; costs the same at any size."""
        start = rng.random()
        pool = select(texts).where(texts.c.answered == 0).order_by(texts.c.pick, texts.c.id)
        with self._database.read() as connection:
            rows = list(connection.execute(pool.where(texts.c.pick >= start).limit(n)))
            if len(rows) < n:
                rows += connection.execute(pool.where(texts.c.pick < start).limit(n - len(rows)))
        chosen = [text_of(row) for row in rows]
        rng.shuffle(chosen)
        return chosen


def digest(text: str) -> bytes:
    """What a text is known by, whatever its batch or meta."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def text_of(row: Row[Any]) -> Text:
    """The text in a row of `texts` (or of a join that holds its columns)."""
    return Text(
        id=row.id,
        text=row.text,
        batch=row.batch_id,
        group=row.group_key,
        meta=json.loads(row.meta),
        suggested=() if row.suggested is None else load_spans(row.suggested),
        source=row.source,
        line=row.line,
    )


def _stage(connection: Connection, new: Iterable[NewText]) -> int:
    """Put the texts into `incoming`; returns how many there were."""
    seen = 0
    for part in _parts(new, INSERT_ROWS):
        connection.execute(insert(incoming), [_row(text) for text in part])
        seen += len(part)
    return seen


def _row(new: NewText) -> dict[str, Any]:
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


def _count(connection: Connection, *where: ColumnElement[bool]) -> int:
    return int(connection.execute(select(func.count()).select_from(texts).where(*where)).scalar_one())


def _parts(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    iterator = iter(rows)
    while part := list(islice(iterator, size)):
        yield part
