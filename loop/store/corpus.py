"""Texts and the batches they came in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Row, String, case, cast, exists, func, select, text

from loop.records import Text
from loop.store.batches import BatchReport, NewText, add_batch, digest, remove_batch
from loop.store.database import Database
from loop.store.journal import last_seq
from loop.store.lookup import looked_up
from loop.store.schema import answers, batches, texts
from loop.store.spans import load_spans

# Ids are drawn blindly as long as no more than three of four are gone; otherwise all that are left are read first.
SPARSE = 4
# Spelled out: with the number as a parameter SQLite does not see that the index of the pool serves.
UNANSWERED = texts.c.answered == text("0")


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
        # At the event with this number.
        self._pool_size: tuple[int, int] | None = None

    def add_batch(self, new: Iterable[NewText], *, source: str) -> BatchReport:
        """Add texts as one batch, all or nothing; texts that are there already are dropped and counted.

        One of these that nobody has answered takes over what the new ones suggest.

        An error raised by `new` leaves the store as it was. The texts are staged in memory and written when the last
        of them has been read, in short transactions, so that nobody waits: neither for a slow reader nor for many
        texts. If writing them fails, or the process is killed, those that nobody has answered go again.
        """
        return add_batch(self._database, new, source=source)

    def remove_batch(self, batch: int) -> tuple[int, int]:
        """Take the unanswered texts of a batch back; returns how many went and how many answered ones stay.

        Raises:
            StoreError: there is no such batch.
        """
        return remove_batch(self._database, batch)

    def neighbours(self, text: Text) -> tuple[str, str]:
        """The texts before and after this one in its group, as they were added; empty where there is none."""
        if text.group is None:
            return "", ""
        same = select(texts.c.text).where(texts.c.group_key == text.group).limit(1)
        around = (
            same.where(texts.c.id < text.id).order_by(texts.c.id.desc()),
            same.where(texts.c.id > text.id).order_by(texts.c.id),
        )
        with self._database.read() as connection:
            before, after = (connection.execute(query).scalar_one_or_none() or "" for query in around)
        return before, after

    def only_group(self) -> str | None:
        """The group that every text belongs to; None where there are several, or texts without one."""
        first = select(texts.c.group_key).order_by(texts.c.id).limit(1).scalar_subquery()
        with self._database.read() as connection:
            group = connection.execute(select(first)).scalar_one()
            other = select(texts.c.id).where(texts.c.group_key.is_distinct_from(group)).limit(1)
            return None if group is None or connection.execute(other).first() else str(group)

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

    def batch_sizes(self) -> dict[int, int]:
        """How many texts each batch brought."""
        with self._database.read() as connection:
            return {row.id: row.added for row in connection.execute(select(batches.c.id, batches.c.added))}

    def find(self, contents: Sequence[str]) -> dict[str, int]:
        """The ids of those `contents` that are texts of the corpus."""
        wanted = {digest(content): content for content in contents}
        with self._database.read() as connection:
            rows = looked_up(connection, select(texts.c.digest, texts.c.id), texts.c.digest, wanted)
            return {wanted[row.digest]: row.id for row in rows}

    def texts(self, ids: Sequence[int]) -> list[Text]:
        """The texts with these ids, in this order; ids that are gone are left out."""
        with self._database.read() as connection:
            found = {row.id: text_of(row) for row in looked_up(connection, select(texts), texts.c.id, ids)}
        return [found[id_] for id_ in ids if id_ in found]

    def containing(self, part: str, *, limit: int) -> list[Text]:
        """Up to `limit` texts, answered or not, that contain `part`, whatever the case of its ASCII letters."""
        found = select(texts).where(texts.c.text.contains(part, autoescape=True)).order_by(texts.c.id).limit(limit)
        with self._database.read() as connection:
            return [text_of(row) for row in connection.execute(found)]

    def matching(self, where: Sequence[tuple[str, str]]) -> list[Text]:
        """The texts, answered or not, whose meta has all these values (see `Focus`)."""
        found = select(texts).where(*(_meta_has(*each) for each in where)).order_by(texts.c.id)
        with self._database.read() as connection:
            return [text_of(row) for row in connection.execute(found)]

    def unanswered(self, ids: Sequence[int]) -> list[Text]:
        """Those of the texts with these ids, in this order, that nobody has answered."""
        with self._database.read() as connection:
            open_ = _among(connection, ids, UNANSWERED)
        return self.texts(open_)

    def size(self) -> int:
        """How many texts there are."""
        with self._database.read() as connection:
            return _count(connection)

    def pool_size(self) -> int:
        """How many texts nobody has answered yet; counted again only when something has happened."""
        with self._database.read() as connection:
            seq = last_seq(connection)
            if self._pool_size is None or self._pool_size[0] != seq:
                # The few answered ones are counted: the pool may hold millions.
                answered = _count(connection, ~UNANSWERED, texts.c.id.in_(select(answers.c.text_id)))
                self._pool_size = seq, _count(connection) - answered
        return self._pool_size[1]

    def sample(self, n: int, rng: Random) -> list[Text]:
        """Up to `n` random texts, answered or not, in random order; it depends on `rng` and the corpus alone.

        Whatever was removed, every text is as likely as any other, and there are fewer only where the corpus has fewer.
        """
        with self._database.read() as connection:
            return self.texts(_drawn(connection, n, rng))

    def fixed_sample(self, n: int) -> list[Text]:
        """Up to `n` random unanswered texts: the same ones, as long as they stay unanswered."""
        query = select(texts).where(UNANSWERED).order_by(texts.c.pick, texts.c.id).limit(n)
        with self._database.read() as connection:
            return [text_of(row) for row in connection.execute(query)]

    def sample_pool(self, n: int, rng: Random, *, where: Sequence[tuple[str, str]] = ()) -> list[Text]:
        """Up to `n` random unanswered texts, in an order that depends on `rng` alone; costs the same at any size.

        With `where`, of those whose meta has all these values (see `Focus`); then the pool is looked through.
        """
        start = rng.random()
        pool = select(texts).where(UNANSWERED, *(_meta_has(*each) for each in where)).order_by(texts.c.pick, texts.c.id)
        with self._database.read() as connection:
            rows = list(connection.execute(pool.where(texts.c.pick >= start).limit(n)))
            if len(rows) < n:
                rows += connection.execute(pool.where(texts.c.pick < start).limit(n - len(rows)))
        chosen = [text_of(row) for row in rows]
        rng.shuffle(chosen)
        return chosen


def _meta_has(key: str, value: str) -> ColumnElement[bool]:
    field = func.json_each(texts.c.meta).table_valued("key", "atom", "type")
    words = case((field.c.type.in_(["true", "false"]), field.c.type), else_=cast(field.c.atom, String))
    return exists(select(field.c.key).where(field.c.key == key, words == value))


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


def _drawn(connection: Connection, n: int, rng: Random) -> list[int]:
    """Up to `n` ids of texts; drawn blindly, and more of them again until enough are still there."""
    size, last = _count(connection), connection.execute(select(func.max(texts.c.id))).scalar_one() or 0
    n = wanted = min(n, size)
    blind = last <= SPARSE * size
    ids = range(1, last + 1) if blind else connection.execute(select(texts.c.id)).scalars().all()
    while len(found := _among(connection, rng.sample(ids, min(wanted, len(ids))))) < n:
        wanted *= 2
    return found[:n]


def _among(connection: Connection, ids: Sequence[int], *where: ColumnElement[bool]) -> list[int]:
    """Those of the ids, in this order, that are texts of which all this holds."""
    found = {row.id for row in looked_up(connection, select(texts.c.id).where(*where), texts.c.id, ids)}
    return [id_ for id_ in ids if id_ in found]


def _count(connection: Connection, *where: ColumnElement[bool]) -> int:
    return int(connection.execute(select(func.count()).select_from(texts).where(*where)).scalar_one())
