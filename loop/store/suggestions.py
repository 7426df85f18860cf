"""Attaches suggestions from a file to texts of the corpus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, literal_column, select, update

from loop.store.database import polite
from loop.store.events import EventKind
from loop.store.journal import append_event
from loop.store.lookup import batched
from loop.store.schema import incoming, texts
from loop.store.spans import load_spans

# Rows per transaction: an annotator's answer may have to wait for one.
ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Attached:
    """The result of attaching suggestions.

    Attributes:
        spans: number of newly suggested spans.
        known: number of texts from earlier batches whose suggestions changed.
        answered: number of texts left unchanged because they are answered.
    """

    spans: int = 0
    known: int = 0
    answered: int = 0


NOTHING_ATTACHED = Attached()


def attach_staged(connection: Connection, batch: int) -> Attached:
    """Give unanswered texts the suggestions of the staged rows, in short transactions.

    If several rows of a text have suggestions, the first counts; it replaces earlier suggestions of the text. `batch`
    is the batch of the new texts, which have the suggestions of their own rows already.
    """
    with connection.begin():
        found = connection.execute(_staged()).all()
    changed = [row for row in found if not row.answered and row.staged != row.suggested]
    change = (
        update(texts).where(texts.c.id == bindparam("known"), ~texts.c.answered).values(suggested=bindparam("spans"))
    )
    for part in batched(changed, ROWS):
        with polite(), connection.begin():
            connection.execute(change, [{"known": row.id, "spans": row.staged} for row in part])
    if changed:
        with connection.begin():
            append_event(connection, EventKind.SUGGESTED, {"texts": len(changed)})
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
