"""The corpus: texts and their batches."""

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

# Ids are sampled by rejection while at least one in this many exists; below that, all ids are read first.
SPARSE = 4
# A literal, not a parameter: otherwise SQLite does not use the partial index on the pool.
UNANSWERED = texts.c.answered == text("0")


@dataclass(frozen=True, slots=True)
class BatchInfo:
    """A batch: its source, time (ISO 8601), number of texts, and how many of them are answered."""

    id: int
    source: str
    at: str
    texts: int
    answered: int


class Corpus:
    """All texts of a project; a text is identified by its exact characters."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # (number of the last event, size at that event)
        self._pool_size: tuple[int, int] | None = None

    def add_batch(self, new: Iterable[NewText], *, source: str) -> BatchReport:
        """Add texts as one batch, all or nothing; texts that exist already are skipped and counted.

        An existing text that is unanswered takes over the suggestions of its duplicate.

        An error raised by `new` leaves the store unchanged. The texts are staged in memory and, once all have been
        read, written in short transactions, so that neither slow input nor many texts block other processes. If writing
        fails or the process is killed, the texts are removed again, except those answered meanwhile.
        """
        return add_batch(self._database, new, source=source)

    def remove_batch(self, batch: int) -> tuple[int, int]:
        """Remove the unanswered texts of a batch; return how many were removed and how many answered ones stay.

        Raises:
            StoreError: there is no such batch.
        """
        return remove_batch(self._database, batch)

    def neighbours(self, text: Text) -> tuple[str, str]:
        """The texts before and after this one in its group, in the order of addition; "" if there is none."""
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
        """The group that every text belongs to; None if there are several, or texts without a group."""
        first = select(texts.c.group_key).order_by(texts.c.id).limit(1).scalar_subquery()
        with self._database.read() as connection:
            group = connection.execute(select(first)).scalar_one()
            other = select(texts.c.id).where(texts.c.group_key.is_distinct_from(group)).limit(1)
            return None if group is None or connection.execute(other).first() else str(group)

    def units(self, most: int) -> int:
        """The number of groups and texts without a group, counted up to `most`."""
        is_grouped = texts.c.group_key.is_not(None)
        groups = select(texts.c.group_key).where(is_grouped).distinct().limit(most)
        with self._database.read() as connection:
            if (found := len(connection.execute(groups).all())) == most:
                return most
            # No index has the texts without a group: to look for them would read the whole table.
            return min(most, found + _count(connection) - _count(connection, is_grouped))

    def batches(self) -> list[BatchInfo]:
        """All batches, oldest first."""
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
        """The number of texts of each batch."""
        with self._database.read() as connection:
            return {row.id: row.added for row in connection.execute(select(batches.c.id, batches.c.added))}

    def find(self, contents: Sequence[str]) -> dict[str, int]:
        """The ids of those `contents` that are in the corpus, by content."""
        wanted = {digest(content): content for content in contents}
        with self._database.read() as connection:
            rows = looked_up(connection, select(texts.c.digest, texts.c.id), texts.c.digest, wanted)
            return {wanted[row.digest]: row.id for row in rows}

    def texts(self, ids: Sequence[int]) -> list[Text]:
        """The texts with these ids, in this order; missing ids are left out."""
        with self._database.read() as connection:
            found = {row.id: text_of(row) for row in looked_up(connection, select(texts), texts.c.id, ids)}
        return [found[id_] for id_ in ids if id_ in found]

    def containing(self, part: str, *, limit: int) -> list[Text]:
        """Up to `limit` texts, answered or not, that contain `part`, ignoring the case of ASCII letters."""
        found = select(texts).where(texts.c.text.contains(part, autoescape=True)).order_by(texts.c.id).limit(limit)
        with self._database.read() as connection:
            return [text_of(row) for row in connection.execute(found)]

    def matching(self, where: Sequence[tuple[str, str]]) -> list[Text]:
        """The texts, answered or not, whose meta matches all these (key, value) pairs (see `Focus`)."""
        found = select(texts).where(*(_meta_has(*each) for each in where)).order_by(texts.c.id)
        with self._database.read() as connection:
            return [text_of(row) for row in connection.execute(found)]

    def unanswered(self, ids: Sequence[int]) -> list[Text]:
        """The unanswered texts among these ids, in this order."""
        with self._database.read() as connection:
            open_ = _among(connection, ids, UNANSWERED)
        return self.texts(open_)

    def size(self) -> int:
        """The number of texts."""
        with self._database.read() as connection:
            return _count(connection)

    def pool_size(self) -> int:
        """The number of unanswered texts; cached until the next event."""
        with self._database.read() as connection:
            seq = last_seq(connection)
            if self._pool_size is None or self._pool_size[0] != seq:
                # Count the few answered texts instead of a pool of possibly millions.
                answered = _count(connection, ~UNANSWERED, texts.c.id.in_(select(answers.c.text_id)))
                self._pool_size = seq, _count(connection) - answered
        return self._pool_size[1]

    def sample(self, n: int, rng: Random) -> list[Text]:
        """Up to `n` random texts, answered or not, in random order; depends only on `rng` and the corpus.

        The sample is uniform, even after removals, and smaller than `n` only if the corpus is.
        """
        with self._database.read() as connection:
            return self.texts(_drawn(connection, n, rng))

    def fixed_sample(self, n: int) -> list[Text]:
        """Up to `n` random unanswered texts: always the same ones, as long as they stay unanswered."""
        query = select(texts).where(UNANSWERED).order_by(texts.c.pick, texts.c.id).limit(n)
        with self._database.read() as connection:
            return [text_of(row) for row in connection.execute(query)]

    def suggested(self, n: int) -> list[Text]:
        """Up to `n` random unanswered texts for which their file suggested spans: the same ones, as long as they stay.

        This scans the pool.
        """
        query = select(texts).where(UNANSWERED, texts.c.suggested.is_not(None)).order_by(texts.c.pick, texts.c.id)
        with self._database.read() as connection:
            return [text_of(row) for row in connection.execute(query.limit(n))]

    def sample_pool(self, n: int, rng: Random, *, where: Sequence[tuple[str, str]] = (), batch: int = 0) -> list[Text]:
        """Up to `n` random unanswered texts, in random order, in time independent of the pool's size.

        With `where`, only texts whose meta matches all these (key, value) pairs, with `batch`, only those of one batch
        (see `Focus`); this scans the pool.
        """
        start = rng.random()
        wanted = [UNANSWERED, *(_meta_has(*each) for each in where), *[texts.c.batch_id == batch] * bool(batch)]
        pool = select(texts).where(*wanted).order_by(texts.c.pick, texts.c.id)
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
    """Convert a row of `texts` (or of a join with its columns) to a text."""
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
    """Draw up to `n` ids of existing texts: by rejection, or from the list of ids if most have been removed."""
    size, last = _count(connection), connection.execute(select(func.max(texts.c.id))).scalar_one() or 0
    n = wanted = min(n, size)
    blind = last <= SPARSE * size
    ids = range(1, last + 1) if blind else connection.execute(select(texts.c.id)).scalars().all()
    while len(found := _among(connection, rng.sample(ids, min(wanted, len(ids))))) < n:
        wanted *= 2
    return found[:n]


def _among(connection: Connection, ids: Sequence[int], *where: ColumnElement[bool]) -> list[int]:
    """The ids, in this order, of existing texts that satisfy all conditions."""
    found = {row.id for row in looked_up(connection, select(texts.c.id).where(*where), texts.c.id, ids)}
    return [id_ for id_ in ids if id_ in found]


def _count(connection: Connection, *where: ColumnElement[bool]) -> int:
    return int(connection.execute(select(func.count()).select_from(texts).where(*where)).scalar_one())
