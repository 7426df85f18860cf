"""Writes many answers at once: a bulk version of `Answers.add`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from loop.records import Answer
from loop.store.answers import answer_event, answer_row
from loop.store.database import now
from loop.store.events import EventKind
from loop.store.journal import event_row
from loop.store.schema import answers, events


def write_answers(connection: Connection, new: Iterable[Answer], event: Mapping[str, Any]) -> list[Answer]:
    """Write answers and their events, which also say `event`; return them with `seq`, time and rank.

    The rank is new, unless the answer has one. What follows from the answers is up to the caller.
    """
    last = connection.exec_driver_sql("SELECT max(seq) FROM sqlite_sequence WHERE name = 'events'").scalar_one()
    moment = datetime.fromisoformat(now())
    stored = [
        replace(each, seq=seq, rank=each.rank or seq, at=each.at or moment)
        for seq, each in enumerate(new, start=1 + (last or 0))
    ]
    if stored:
        rows = [event_row(EventKind.ANSWER, {**answer_event(each), **event}) | {"seq": each.seq} for each in stored]
        connection.execute(insert(events), rows)
        connection.execute(insert(answers), [answer_row(each) for each in stored])
    return stored
