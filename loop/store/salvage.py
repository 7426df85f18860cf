"""What can still be read of a damaged store, brought into a new one: answers and texts before all else."""

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
from loop.store.batches import digest
from loop.store.database import create_database, now
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
)
from loop.store.spans import load_spans

Row = dict[str, Any]
# Parents before children. The queue and what else the trainer lays out anew are left.
TABLES = (state, events, batches, schemes, texts, questions, answers, drafts, rounds, predictions)
DERIVED = ("queue", "seen", "request", "unfinished_batch")
AT_ONCE = 1024
# Where a table does not tell how far its rows go: so far at least, or twice as far as any that tells.
FAR = 10_000
MOST = 1 << 40  # bytes; what says it is longer says nothing


@dataclass(slots=True)
class Salvaged:
    """How many rows of each table are in the new store, and how many were found unreadable or left without meaning."""

    saved: dict[str, int] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)


def salvage(source: Path, target: Path) -> Salvaged:
    """Read what can be read of the store at `source` into a new one at `target`; `source` stays as it is.

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
                new.execute(_ANSWERED).close()
                new.commit()
            restrict(whole, rights_in(target.parent))
            sync(whole)
            whole.replace(target)
            sync(target.parent)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"Nothing of {source} can be saved: {error}.", hint="Put a backup there.") from None
    return done


_ANSWERED = """
UPDATE texts SET answered = EXISTS (
    SELECT 1 FROM answers WHERE answers.text_id = texts.id AND answers.verdict != 'retract'
    AND NOT EXISTS (SELECT 1 FROM answers AS later WHERE later.retracts = answers.id))
"""


def _copied(source: Path, place: Path) -> Path:
    """SQLite may write to what it opens: a log is brought into the file."""
    for suffix in ("", "-wal"):
        part = source.with_name(source.name + suffix)
        if part.exists():
            shutil.copyfile(part, place / part.name)
    _fill_up(place / source.name)
    return place / source.name


def _fill_up(copy: Path) -> None:
    """SQLite refuses all of a file that is shorter than it says; pages of nothing are only damaged ones.

    Where the header says so: https://sqlite.org/fileformat2.html, 1.3.2 and 1.3.8.
    """
    with copy.open("rb+") as file:
        head = file.read(32)
        size, pages = int.from_bytes(head[16:18], "big"), int.from_bytes(head[28:32], "big")
        wanted = (65536 if size == 1 else size) * pages
        if len(head) == 32 and copy.stat().st_size < wanted < MOST:
            file.truncate(wanted)


def _bring(old: sqlite3.Connection, new: sqlite3.Connection, table: str, done: Salvaged) -> None:
    there = _columns(old, table)
    columns = [column.name for column in metadata.tables[table].columns if column.name in there]
    insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    saved = lost = 0
    for values in _rows(old, table, columns) if columns else ():
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
    """Every row that can be read, in the order in which they were written; None for one that cannot."""
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
    """What a query for one number finds; 0 in an empty table, None where it cannot be read."""
    try:
        found = old.execute(query).fetchone()
    except sqlite3.DatabaseError:
        return None
    return None if found is None else int(found[0] or 0)


def _sound(new: sqlite3.Connection, table: str, row: Row) -> Row | None:
    """The row, with what it needs put in the place of what is lost; None when it has no meaning any more."""
    try:
        return _MENDED[table](new, row) if table in _MENDED else row
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
    load_spans(row["spans"]), load_spans(row["shown"])
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
    """A scheme whose row is lost, from the event that made it."""
    for (payload,) in new.execute("SELECT payload FROM events WHERE kind = 'labels' ORDER BY seq DESC"):
        said = json.loads(payload)
        if said["scheme"] == version:
            return {name: json.dumps(said[name]) for name in ("labels", "names", "asked") if name in said}
    raise ValueError(version)


_MENDED = {"state": _state, "texts": _text, "answers": _answer}


def _there(new: sqlite3.Connection, table: str, key: Mapping[str, Any]) -> bool | None:
    """True or, for a null in its place, None."""
    ((name, value),) = key.items()
    return new.execute(f"SELECT 1 FROM {table} WHERE {name} = ?", (value,)).fetchone() is not None or None


def _put(new: sqlite3.Connection, table: str, key: Mapping[str, Any], rest: Mapping[str, Any]) -> None:
    if not _there(new, table, key):
        row = {**key, **rest}
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        new.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values())).close()
