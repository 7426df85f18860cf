"""The suggestions of a file for texts that are in the corpus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, literal_column, select, update

from loop.store.database import polite
from loop.store.lookup import parts
from loop.store.schema import incoming, texts
from loop.store.spans import load_spans

# Per transaction: an annotator's answer waits for one of them.
ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Attached:
    """What became of suggestions.

    Attributes:
        spans: that will be shown and were not before. known: texts from earlier batches that have them.
        answered: texts that had been answered, and are left as they are.
    """

    spans: int = 0
    known: int = 0
    answered: int = 0


NOTHING_ATTACHED = Attached()


def attach_staged(connection: Connection, batch: int) -> Attached:
    """Give every unanswered text the spans that the staged rows suggest, in short transactions.

    Where several rows of one text suggest some, the first does. What a text was suggested before goes. `batch` is that
    of the new texts, which have those of their own row.
    """
    with connection.begin():
        found = connection.execute(_staged()).all()
    changed = [row for row in found if not row.answered and row.staged != row.suggested]
    change = (
        update(texts).where(texts.c.id == bindparam("known"), ~texts.c.answered).values(suggested=bindparam("spans"))
    )
    for part in parts(changed, ROWS):
        with polite(), connection.begin():
            connection.execute(change, [{"known": row.id, "spans": row.staged} for row in part])
    fresh = [row for row in found if row.batch_id == batch]
    attached = [row for row in changed if row.batch_id != batch]
    return Attached(
        spans=sum(len(load_spans(row.staged)) for row in fresh + attached),
        known=len(attached),
        answered=sum(row.answered for row in found),
    )


def _staged() -> Select[Any]:
    rowid: ColumnElement[int] = literal_column("incoming.rowid")
    firsts = select(func.min(rowid)).where(incoming.c.suggested.is_not(None)).group_by(incoming.c.digest)
    staged = incoming.c.suggested.label("staged")
    columns = (texts.c.id, texts.c.batch_id, texts.c.answered, texts.c.suggested, staged)
    return select(*columns).join(incoming, incoming.c.digest == texts.c.digest).where(rowid.in_(firsts))
