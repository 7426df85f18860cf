"""The annotators of a project: who has answered, who has left, and which texts need answers of several."""

from __future__ import annotations

import json
from collections.abc import Collection

from sqlalchemy import Connection, and_, func, select, text, update

from loop.overlap import lacking
from loop.store.answered import FIRST, OWN, STANDS, WHOLE, mark_answered
from loop.store.answers import standing
from loop.store.database import Database
from loop.store.events import EventKind
from loop.store.journal import append_event
from loop.store.lookup import LOOKUP_ROWS, batched
from loop.store.schema import answers, events, texts

_GIVEN_HERE = and_(answers.c.mode != "import", OWN)


class Annotators:
    """All who have answered questions in sessions; imported answers and reviews make nobody an annotator."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def active(self) -> list[str]:
        """Those who have not retired since their last answer, by name."""
        last = select(answers.c.annotator, func.max(answers.c.seq).label("seq")).where(_GIVEN_HERE)
        with self._database.read() as connection:
            given = {row.annotator: row.seq for row in connection.execute(last.group_by(answers.c.annotator))}
            retired = _retired(connection)
        return sorted(name for name, seq in given.items() if retired.get(name, 0) < seq)

    def retired(self) -> list[str]:
        """Those who have retired since their last answer, by name."""
        with self._database.read() as connection:
            gone = _retired(connection)
        return sorted(gone.keys() - set(self.active()))

    def needed_by(self, text_id: int) -> int:
        """How many annotators a text needs that has some of its answers but not all of them; 0 for other texts."""
        needed = select(func.max(answers.c.needs)).join(texts, texts.c.id == answers.c.text_id)
        waits = needed.where(STANDS, FIRST, WHOLE, answers.c.text_id == text_id, texts.c.answered == text("0"))
        with self._database.read() as connection:
            return int(connection.execute(waits).scalar_one() or 0)

    def retire(self, annotator: str, others: Collection[str]) -> int:
        """Record that an annotator answers no more, until they do; return how many texts no longer wait.

        These are the texts that could not be completed: their answers count as they are.

        Args:
            annotator: who left.
            others: who is there to answer.
        """
        there = set(others) - {annotator}
        with self._database.write() as connection:
            seq = append_event(connection, EventKind.RETIRED, {"annotator": annotator})
            waiting = lacking(standing(connection))
            released = [id_ for id_, (needed, names) in waiting.items() if len(names | there) < needed]
            for part in batched(released, LOOKUP_ROWS):
                connection.execute(update(texts).where(texts.c.id.in_(part)).values(released=seq))
            mark_answered(connection, released)
        return len(released)


def _retired(connection: Connection) -> dict[str, int]:
    """By name the last event that says so."""
    rows = connection.execute(select(events).where(events.c.kind == EventKind.RETIRED.value).order_by(events.c.seq))
    return {json.loads(row.payload)["annotator"]: row.seq for row in rows}
