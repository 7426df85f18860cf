"""Salvages the readable parts of a damaged store, above all answers and texts, into a new one."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from loop.errors import StoreError
from loop.files import restrict, rights_in, sync
from loop.former_names import COLUMNS, STREAMS
from loop.store.answered import mark_all
from loop.store.batches import digest
from loop.store.database import Database, create_database, now
from loop.store.schema import (
    answers,
    batches,
    drafts,
    events,
    metadata,
    predictions,
    questions,
    rounds,
    schemes,
    state,
    texts,
    weak_labels,
    weak_texts,
)
from loop.store.spans import load_spans

Row = dict[str, Any]
# Parents before children. Tables that the trainer rebuilds, such as the queue, are left out.
TABLES = (
    state,
    events,
    batches,
    schemes,
    texts,
    questions,
    answers,
    drafts,
    rounds,
    predictions,
    weak_labels,
    weak_texts,
)
DERIVED = ("queues", "seen", "requests", "unfinished_batch")
AT_ONCE = 1024
# Rows to try if a table's last rowid is unreadable: at least this many, or twice the largest known rowid.
FAR = 10_000
# What columns were called before schema 0009.
FORMER = {today: former for former, today in COLUMNS.items()}
MOST = 1 << 40  # bytes; a header that claims more is corrupt


@dataclass(slots=True)
class Salvaged:
    """Numbers of rows saved and lost (unreadable or no longer meaningful), by table."""

    saved: dict[str, int] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)


def salvage(source: Path, target: Path) -> Salvaged:
    """Copy everything readable from the store at `source` into a new one at `target`; `source` is not changed.

    Raises:
        StoreError: nothing can be read, or `target` cannot be written.
    """
    done = Salvaged()
    try:
        with TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as place:
            copy, whole = _copied(source, Path(place)), Path(place) / "whole.db"
            create_database(whole)
            with closing(sqlite3.connect(copy)) as old, closing(sqlite3.connect(whole)) as new:
                new.execute("PRAGMA foreign_keys=ON").close()
                for table in TABLES:
                    _bring(old, new, table.name, done)
                new.commit()
            with closing(Database(whole)) as database, database.write() as connection:
                mark_all(connection)
            restrict(whole, rights_in(target.parent))
            sync(whole)
            whole.replace(target)
            sync(target.parent)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"Nothing in {source} can be saved: {error}.", hint="Restore a backup.") from None
    return done


def _copied(source: Path, place: Path) -> Path:
    """Work on a copy: SQLite may write to a file that it opens, for example to merge the log."""
    for suffix in ("", "-wal"):
        part = source.with_name(source.name + suffix)
        if part.exists():
            shutil.copyfile(part, place / part.name)
    _fill_up(place / source.name)
    return place / source.name


def _fill_up(copy: Path) -> None:
    """Pad a truncated file with zeros: SQLite refuses a file that is too short, but tolerates damaged pages.

    For page size and count in the header, see https://sqlite.org/fileformat2.html, 1.3.2 and 1.3.8.
    """
    with copy.open("rb+") as file:
        head = file.read(32)
        size, pages = int.from_bytes(head[16:18], "big"), int.from_bytes(head[28:32], "big")
        wanted = (65536 if size == 1 else size) * pages
        if len(head) == 32 and copy.stat().st_size < wanted < MOST:
            file.truncate(wanted)


def _bring(old: sqlite3.Connection, new: sqlite3.Connection, table: str, done: Salvaged) -> None:
    there = _columns(old, table)
    names = [column.name for column in metadata.tables[table].columns]
    columns = {name: each for name in names for each in (name, FORMER.get(name)) if each in there}
    insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    saved = lost = 0
    for values in _rows(old, table, list(columns.values())) if columns else ():
        row = None if values is None else _sound(new, table, dict(zip(columns, values, strict=True)))
        try:
            if row is not None:
                new.execute(insert, list(row.values())).close()
                saved += 1
        except sqlite3.IntegrityError:
            row = None
        lost += row is None and not (table == "state" and values is not None)
    done.saved[table], done.lost[table] = saved, lost


def _columns(old: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in old.execute(f"PRAGMA table_info({table})")}


def _rows(old: sqlite3.Connection, table: str, columns: list[str]) -> Iterator[tuple[Any, ...] | None]:
    """Yield the rows in the order written; None for an unreadable row."""
    query = f"SELECT {', '.join(columns)} FROM {table} NOT INDEXED WHERE rowid BETWEEN ? AND ? ORDER BY rowid"
    last = _last(old, table)
    waiting = [(start, min(last, start + AT_ONCE - 1)) for start in range(1, last + 1, AT_ONCE)][::-1]
    while waiting:
        low, high = waiting.pop()
        try:
            found = old.execute(query, (low, high)).fetchall()
        except sqlite3.DatabaseError:
            if low == high:
                yield None
            else:
                middle = (low + high) // 2
                waiting += [(middle + 1, high), (low, middle)]
            continue
        yield from found


def _last(old: sqlite3.Connection, table: str) -> int:
    for query in (f"SELECT max(rowid) FROM {table}", f"SELECT seq FROM sqlite_sequence WHERE name = '{table}'"):
        if (found := _number(old, query)) is not None:
            return found
    return max(FAR, 2 * (_number(old, "SELECT max(seq) FROM sqlite_sequence") or 0))


def _number(old: sqlite3.Connection, query: str) -> int | None:
    """The result of a query for one number; 0 for an empty table, None if it cannot be read."""
    try:
        found = old.execute(query).fetchone()
    except sqlite3.DatabaseError:
        return None
    return None if found is None else int(found[0] or 0)


def _sound(new: sqlite3.Connection, table: str, row: Row) -> Row | None:
    """The row, with lost references replaced; None if it has lost its meaning."""
    try:
        return _FIXED[table](new, row) if table in _FIXED else row
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _state(_new: sqlite3.Connection, row: Row) -> Row | None:
    return None if row["key"] in DERIVED else row


def _text(new: sqlite3.Connection, row: Row) -> Row | None:
    if digest(row["text"]) != row["digest"] or not isinstance(json.loads(row["meta"]), dict):
        return None
    _put(new, "batches", {"id": row["batch_id"]}, {"source": "saved", "added": 0, "duplicates": 0, "at": now()})
    return row


def _answer(new: sqlite3.Connection, row: Row) -> Row | None:
    for name in ("spans", "shown", "unclear"):
        load_spans(row.get(name, "[]"))
    event = json.dumps({"answer": row["id"], "verdict": row["verdict"]}, sort_keys=True)
    _put(new, "events", {"seq": row["seq"]}, {"kind": "answer", "payload": event, "at": row["at"]})
    if not _there(new, "schemes", {"version": row["scheme"]}):
        _put(new, "schemes", {"version": row["scheme"]}, _scheme(new, row["scheme"]) | {"at": row["at"]})
    asked, before = (
        _there(new, "questions", {"id": row["question_id"]}),
        _there(new, "answers", {"id": row["retracts"]}),
    )
    return row | {"question_id": asked and row["question_id"], "retracts": before and row["retracts"]}


def _scheme(new: sqlite3.Connection, version: int) -> Row:
    """Restore a lost scheme from its event."""
    for (payload,) in new.execute("SELECT payload FROM events WHERE kind = 'labels' ORDER BY seq DESC"):
        said = json.loads(payload)
        if said["scheme"] == version:
            return {name: json.dumps(said[name]) for name in ("labels", "names", "asked") if name in said}
    raise ValueError(version)


def _question(_new: sqlite3.Connection, row: Row) -> Row:
    return row | {"stream": STREAMS.get(row["stream"], row["stream"])}


def _weak_labels(_new: sqlite3.Connection, row: Row) -> Row | None:
    patterns = [pattern for pattern in json.loads(row["patterns"]) if pattern is not None]
    return row if all({"label", "pattern"} <= pattern.keys() for pattern in patterns) else None


def _weak_text(_new: sqlite3.Connection, row: Row) -> Row:
    load_spans(json.dumps([span[:3] for span in json.loads(row["spans"])]))
    return row


_FIXED = {
    "state": _state,
    "texts": _text,
    "answers": _answer,
    "questions": _question,
    "weak_labels": _weak_labels,
    "weak_texts": _weak_text,
}


def _there(new: sqlite3.Connection, table: str, key: Mapping[str, Any]) -> bool | None:
    """True if the row exists, else None (stored as NULL)."""
    ((name, value),) = key.items()
    return new.execute(f"SELECT 1 FROM {table} WHERE {name} = ?", (value,)).fetchone() is not None or None


def _put(new: sqlite3.Connection, table: str, key: Mapping[str, Any], rest: Mapping[str, Any]) -> None:
    if not _there(new, table, key):
        row = {**key, **rest}
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        new.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values())).close()
