"""Two stores on one connection: the working copy that becomes the merged store, and the other project's, attached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Integer, MetaData, Table, insert, select

from loop.errors import StoreError
from loop.store.database import Database, execute_outside
from loop.store.events import EventKind
from loop.store.merging.event_log import Event, MergedEvent, merged_log, read_events
from loop.store.schema import metadata

OTHER = "other"


def _named(schema: str) -> Mapping[str, Table]:
    every = MetaData()
    return {table.name: table.to_metadata(every, schema=schema) for table in metadata.sorted_tables}


# Both with a schema: without one, SQLite takes `texts.id` for a column of either.
MINE, THEIRS = _named("main"), _named(OTHER)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The new numbers of what one project has, by its numbers there; texts that are missing keep theirs."""

    events: Mapping[int, int]
    schemes: dict[int, int] = field(default_factory=dict)
    batches: dict[int, int] = field(default_factory=dict)
    texts: dict[int, int] = field(default_factory=dict)

    def event(self, seq: int | None) -> int | None:
        """The new number of an event, or of the next one if it is lost; None for none."""
        if seq is None or seq in self.events:
            return self.events.get(seq or 0)
        return min((new for old, new in self.events.items() if old > seq), default=max(self.events.values()))

    def text(self, id_: int) -> int:
        """The new number of a text."""
        return self.texts.get(id_, id_)


@dataclass(frozen=True)
class Both:
    """The two projects.

    Attributes:
        log: the merged log.
        dropped: the events of this project that are not in it.
        mine, theirs: new numbers.
    """

    connection: Connection
    log: Sequence[MergedEvent]
    dropped: Sequence[Event]
    mine: Numbers
    theirs: Numbers

    def only(self, kind: EventKind, *, mine: bool) -> list[Mapping[str, Any]]:
        """The payloads of the events of a kind that only one of the projects has."""
        sides = ((one.mine, one.theirs) if mine else (one.theirs, one.mine) for one in self.log)
        return [event.payload for event, other in sides if event and not other and event.kind == kind.value]

    def answered(self, *, mine: bool) -> frozenset[str]:
        """The ids of all answers that one of the projects has ever had, erased ones, too."""
        return frozenset(said["answer"] for said in self._said(EventKind.ANSWER, mine=mine))

    def taken_back(self, *, mine: bool) -> frozenset[str]:
        """Those of them that came with an import which either project took back, and that the other has not otherwise.

        It has them otherwise if they were given there, or came with another import.
        """
        return self._undone(mine=mine) - self._otherwise(mine=not mine)

    def kept(self, *, mine: bool) -> frozenset[str]:
        """Those that came with such an import, but which the other project has otherwise."""
        return self._undone(mine=mine) & self._otherwise(mine=not mine)

    def _undone(self, *, mine: bool) -> frozenset[str]:
        every = self._said(EventKind.ANSWER, mine=mine)
        return frozenset(said["answer"] for said in every if said.get("import") in self.undone)

    def _otherwise(self, *, mine: bool) -> frozenset[str]:
        return self.answered(mine=mine) - self._undone(mine=mine)

    @cached_property
    def undone(self) -> frozenset[str]:
        """The imports that either project took back."""
        sides = (True, False)
        return frozenset(said["import"] for side in sides for said in self._said(EventKind.IMPORT_UNDONE, mine=side))

    def _said(self, kind: EventKind, *, mine: bool) -> Iterator[Mapping[str, Any]]:
        events = (one.mine if mine else one.theirs for one in self.log)
        return (event.payload for event in events if event and event.kind == kind.value)


@contextmanager
def both(mine: Path, theirs: Path) -> Iterator[Both]:
    """Open two copies, the other project's attached; changes are committed at the end."""
    with closing(Database(mine)) as database, database.detached() as connection:
        execute_outside(connection, "PRAGMA foreign_keys=OFF")  # rows get new numbers one after the other
        execute_outside(connection, f"ATTACH DATABASE ? AS {OTHER}", f"{theirs.absolute().as_uri()}?mode=rw")
        with connection.begin():
            ours, others = (read_events(connection, tables["events"]) for tables in (MINE, THEIRS))
            log = merged_log(ours, others)
            of_mine = {one.mine.seq: one.seq for one in log if one.mine}
            of_theirs = {one.theirs.seq: one.seq for one in log if one.theirs}
            dropped = [event for event in ours if event.seq not in of_mine]
            yield Both(connection, log, dropped, Numbers(of_mine), Numbers(of_theirs))
            broken = connection.exec_driver_sql("PRAGMA main.foreign_key_check").all()
            if broken:
                raise StoreError(
                    f"{len(broken):,} rows of the table {broken[0][0]} refer to rows that do not exist.",
                    hint="`loop doctor` checks a project; run it in both.",
                )


def lookup_table(connection: Connection, name: str, numbers: Mapping[int, int]) -> Table:
    """A temporary table with the columns `old` and `new`."""
    table = Table(
        name, MetaData(), Column("old", Integer, primary_key=True), Column("new", Integer), prefixes=["TEMPORARY"]
    )
    table.create(connection)
    if numbers:
        connection.execute(insert(table), [{"old": old, "new": new} for old, new in numbers.items()])
    return table


def rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    """All rows of a table."""
    return [dict(row._mapping) for row in connection.execute(select(table))]
