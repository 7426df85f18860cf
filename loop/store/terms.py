"""What was decided about terms of the pool: events, read in today's labels."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, select, update

from loop.records import TermDecision
from loop.store.database import Database
from loop.store.events import EventKind
from loop.store.journal import append_event, put_scheme
from loop.store.naming import read_naming
from loop.store.schema import events

TAKES_BACK = "takes_back"
STRINGS = ("string", "instead_of")


class Terms:
    """The decisions about terms."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, decision: TermDecision) -> int:
        """Store a decision about a term; it is on disk when this returns. Returns the number of its event."""
        with self._database.write() as connection:
            scheme = put_scheme(connection, decision.labels)
            row = {name: getattr(decision, name) for name in (*STRINGS, "verdict", "label", "source")}
            return append_event(connection, EventKind.TERM, row | {"scheme": scheme})

    def take_back(self, seq: int) -> None:
        """Take a decision back: whatever was decided about the term before stands again."""
        with self._database.write() as connection:
            append_event(connection, EventKind.TERM, {TAKES_BACK: seq})

    def standing(self) -> list[TermDecision]:
        """The last decision about each term, oldest first; those for labels that were removed are left out."""
        with self._database.read() as connection:
            rows, naming = list(_rows(connection)), read_naming(connection)
        gone = {row.get(TAKES_BACK) for _, row in rows}
        last: dict[str, TermDecision] = {}
        for seq, row in rows:
            if "string" in row and seq not in gone:
                label = row["label"] and naming.label(row["label"], row["scheme"])
                labels = naming.in_force(row["scheme"])
                last.pop(row["string"].casefold(), None)
                last[row["string"].casefold()] = TermDecision(
                    row["string"], row["verdict"], label, labels, row["source"], row["instead_of"]
                )
        return [decision for decision in last.values() if decision.label or decision.verdict != "yes"]

    def forget(self, is_forgotten: Callable[[str], bool]) -> int:
        """Remove the strings for which `is_forgotten` is true from the log; return the number of their events."""
        with self._database.write() as connection:
            found = [seq for seq, row in _rows(connection) if any(is_forgotten(row.get(name, "")) for name in STRINGS)]
            for seq in found:
                connection.execute(update(events).where(events.c.seq == seq).values(payload="{}"))
        return len(found)


def _rows(connection: Connection) -> Iterator[tuple[int, dict[str, Any]]]:
    query = select(events).where(events.c.kind == EventKind.TERM.value).order_by(events.c.seq)
    for row in connection.execute(query):
        yield row.seq, json.loads(row.payload)
