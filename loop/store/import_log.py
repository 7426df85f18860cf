"""The imports of answers, as the event log has them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select, update

from loop.errors import StoreError
from loop.store.events import EventKind
from loop.store.schema import answers, batches, events

LIST_HINT = "`loop import --list` shows all imports."


@dataclass(frozen=True, slots=True)
class ImportInfo:
    """An import.

    Attributes:
        number: its number, from 1, in the order of the imports.
        token: what the events of its answers name it by.
        source: the files, in words; empty if they were erased.
        at: its time (ISO 8601).
        answers, texts: how many it brought. batch: the number of the batch of texts; 0 without any.
        is_undone: whether it was taken back.
        spans: how many spans the answers have; 0 if none was widened, or an earlier version imported them.
        widened: how many of these had an edge inside a token in the file.
    """

    number: int
    token: str
    source: str
    at: str
    answers: int
    texts: int
    batch: int
    is_undone: bool
    spans: int = 0
    widened: int = 0


def imports(connection: Connection) -> list[ImportInfo]:
    """All imports, oldest first."""
    undone = {json.loads(row.payload)["import"] for row in connection.execute(_of_kind(EventKind.IMPORT_UNDONE))}
    found = [(row.at, json.loads(row.payload)) for row in connection.execute(_of_kind(EventKind.IMPORTED))]
    return [
        ImportInfo(
            number,
            said["import"],
            said.get("source", ""),
            at,
            said["answers"],
            said["texts"],
            said.get("batch", 0),
            said["import"] in undone,
            said.get("spans", 0),
            said.get("widened", 0),
        )
        for number, (at, said) in enumerate(found, start=1)
    ]


def import_named(every: Sequence[ImportInfo], name: str) -> ImportInfo:
    """Return the import with this number, or the last one of these files; "" for the last one that was not taken back.

    Raises:
        StoreError: there is none, or it was taken back.
    """
    if name.isdecimal():
        named = [one for one in every if one.number == int(name)]
    else:
        named = [one for one in every if name in ("", one.source)]
    standing = [one for one in named if not one.is_undone]
    if standing:
        return standing[-1]
    if named and name:
        raise StoreError(f"Import {named[-1].number} was taken back already.", hint=LIST_HINT)
    what = f"import {name}" if name else "import to take back"
    raise StoreError(
        f"There is no {what}.", hint=LIST_HINT if every else "Imports by earlier versions were not recorded."
    )


def answers_of(connection: Connection, tokens: Sequence[str]) -> list[str]:
    """The ids of all answers that these imports brought, also of those that are gone."""
    return [row.id for row in connection.execute(_answer_ids(tokens))]


def taken_back(connection: Connection) -> frozenset[str]:
    """The ids of all answers of imports that were taken back."""
    tokens = [one.token for one in imports(connection) if one.is_undone]
    return frozenset(answers_of(connection, tokens) if tokens else ())


def forget_sources(connection: Connection) -> None:
    """Forget the names of files of whose texts and answers nothing is left."""
    there = set(connection.execute(select(batches.c.id)).scalars())
    for row in connection.execute(_of_kind(EventKind.IMPORTED)).all():
        said = json.loads(row.payload)
        if said.pop("source", "") and said.get("batch") not in there and not _is_left(connection, said["import"]):
            dumped = json.dumps(said, ensure_ascii=False, sort_keys=True)
            connection.execute(update(events).where(events.c.seq == row.seq).values(payload=dumped))


def _is_left(connection: Connection, token: str) -> bool:
    named = func.json_extract(events.c.payload, "$.import") == token
    query = select(answers.c.id).join(events, events.c.seq == answers.c.seq).where(named).limit(1)
    return connection.execute(query).first() is not None


def _answer_ids(tokens: Sequence[str]) -> Select[Any]:
    named = func.json_extract(events.c.payload, "$.import").in_(tokens)
    return select(func.json_extract(events.c.payload, "$.answer").label("id")).where(
        events.c.kind == EventKind.ANSWER.value, named
    )


def _of_kind(kind: EventKind) -> Select[Any]:
    return select(events).where(events.c.kind == kind.value).order_by(events.c.seq)
