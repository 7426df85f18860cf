"""The events of two projects in one order: within a project it stays, between the two it is time, then id."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, select

from loop.store.events import EventKind

# They are about a project's own rounds, which are trained again after a merge.
OF_ROUNDS = (EventKind.PINNED.value, EventKind.PRETRAINED.value)
Key = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Event:
    """An event of one project.

    Attributes:
        key: the same for the same event in another project: the answer's id, or kind and time.
    """

    seq: int
    kind: str
    payload: Mapping[str, Any]
    at: str
    key: Key


@dataclass(frozen=True, slots=True)
class MergedEvent:
    """An event of this project, of the other one, or of both, and its place in the merged log."""

    seq: int
    mine: Event | None
    theirs: Event | None

    @property
    def event(self) -> Event:
        """The event as the project has it where it came first: an answer may have been imported into both."""
        found = [event for event in (self.mine, self.theirs) if event]
        return min(found, key=lambda event: (event.at, str(sorted(event.payload.items()))))


def read_events(connection: Connection, table: Table) -> list[Event]:
    """The events of a project, oldest first."""
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for row in connection.execute(select(table).order_by(table.c.seq)):
        payload = json.loads(row.payload)
        name = (row.kind, payload["answer"] if row.kind == EventKind.ANSWER.value else row.at)
        found.append(Event(row.seq, row.kind, payload, row.at, (*name, seen[name])))
        seen[name] += 1
    return found


def merged_log(mine: Sequence[Event], theirs: Sequence[Event]) -> list[MergedEvent]:
    """The events of two projects in one order, which does not depend on which of them is `mine`.

    An event that both have appears once, in a place that keeps the order of both. Pins and pretraining, which are about
    rounds, are left out unless both have them. An event that both have at the same place keeps its number.
    """
    of_mine, of_theirs = {event.key: event for event in mine}, {event.key: event for event in theirs}
    left = deque(event for event in mine if event.kind not in OF_ROUNDS or event.key in of_theirs)
    right = deque(event for event in theirs if event.kind not in OF_ROUNDS or event.key in of_mine)
    found: dict[Key, MergedEvent] = {}
    last = 0
    while heads := [queue[0] for queue in (left, right) if queue]:
        # What only one project knows comes before what both know: there it came earlier.
        alone = [event for event in heads if event.key not in of_mine or event.key not in of_theirs]
        key = min(alone or heads, key=lambda event: (event.at, event.key)).key
        one, other = of_mine.get(key), of_theirs.get(key)
        last = max(last + 1, one.seq if one and other and one.seq == other.seq else 0)
        found[key] = MergedEvent(last, one, other)
        for queue in (left, right):
            while queue and queue[0].key in found:
                queue.popleft()
    return list(found.values())
