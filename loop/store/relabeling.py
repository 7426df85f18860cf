"""Renames, merges and removes labels: one event; everything that contains labels is rewritten, except answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Table, insert, or_, select, update

from loop.store.answered import mark_asked_in_passages
from loop.store.database import Database, now
from loop.store.events import EventKind
from loop.store.journal import append_event, get_state, next_version, put_state
from loop.store.naming import Names
from loop.store.questions import expire
from loop.store.schema import metadata, schemes

UNFINISHED = "relabeling"


def relabel(database: Database, labels: Sequence[str], names: Names, *, draft: Callable[[str, Names], str]) -> None:
    """Set the current `labels`; earlier answers are read with the new `names`, but their rows stay unchanged.

    Suggestions, questions, predictions and drafts (by the function `draft`) are rewritten in the same transaction.
    Until `finish` is called, `unfinished` returns the changes still to be applied to the project's files.
    """
    with database.write() as connection:
        version = next_version(connection)
        row = {"version": version, "labels": json.dumps(list(labels)), "names": json.dumps(dict(names)), "at": now()}
        connection.execute(insert(schemes).values(row))
        append_event(connection, EventKind.LABELS, {"scheme": version, "labels": list(labels), "names": dict(names)})
        mark_asked_in_passages(connection)
        rewrite(connection, names, draft=draft)
        expire(connection)
        put_state(connection, UNFINISHED, {"labels": list(labels), "names": dict(names)})


def unfinished(database: Database) -> tuple[tuple[str, ...], Names] | None:
    """The labels and names still to be applied to the project's files; None if nothing is pending."""
    with database.read() as connection:
        kept = get_state(connection, UNFINISHED)
    return (tuple(kept["labels"]), kept["names"]) if kept else None


def finish(database: Database) -> None:
    """Record that the project's files are up to date."""
    with database.write() as connection:
        put_state(connection, UNFINISHED, None)


def rewrite(
    connection: Connection,
    names: Names,
    *,
    draft: Callable[[str, Names], str],
    tables: Mapping[str, Table] = metadata.tables,
) -> None:
    """Relabel everything in these tables that contains labels, except answers."""
    questions, drafts = tables["questions"], tables["drafts"]
    _rewrite(connection, [tables["texts"].c.suggested], names)
    _rewrite(connection, [tables["predictions"].c.spans], names)
    _rewrite(connection, [questions.c.prediction, questions.c.candidates], names)
    # Lattices hold scores for the old labels; questions remain valid without them.
    connection.execute(update(questions).values(lattice=b""))
    for row in connection.execute(select(drafts)).all():
        where = (drafts.c.question_id == row.question_id) & (drafts.c.annotator == row.annotator)
        connection.execute(update(drafts).where(where).values(draft=draft(row.draft, names)))


def _rewrite(connection: Connection, columns: Sequence[Column[Any]], names: Names) -> None:
    """Relabel the spans in some columns of a table; the columns hold JSON lists of [start, end, label, …]."""
    table = columns[0].table
    quoted = [json.dumps(label, ensure_ascii=False) for label in names]
    named = or_(*(column.contains(label, autoescape=True) for column in columns for label in quoted))
    keys = list(table.primary_key.columns)
    for row in connection.execute(select(*keys, *columns).where(named)).all():
        here = [key == row._mapping[key.name] for key in keys]
        changed = {column.name: _renamed(row._mapping[column.name], names) for column in columns}
        connection.execute(update(table).where(*here).values(changed))


def _renamed(spans: str, names: Names) -> str:
    rows = [[start, end, names.get(label, label), *rest] for start, end, label, *rest in json.loads(spans)]
    kept = {tuple(row[:3]): row for row in reversed(rows) if row[2] is not None}
    return json.dumps(list(reversed(kept.values())), ensure_ascii=False)
