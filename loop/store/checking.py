"""Consistency checks of a store, with repairs for data that can be derived again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, func, select, update

from loop.alignment import misfit
from loop.records import Answer, Span
from loop.store.answered import STANDS, mark_all, wrongly_marked
from loop.store.answers import add_answer
from loop.store.batches import digest
from loop.store.database import Database
from loop.store.question_faults import faulty_questions, repair_questions
from loop.store.schema import answers, drafts, events, questions, schemes, texts
from loop.store.spans import load_passage, load_spans

Repair = Callable[[Connection], None]


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem in the store.

    Attributes:
        what: a sentence that describes it.
        repair: a function that corrects it; None if nothing can.
        done: a sentence that describes what the repair did.
    """

    what: str
    repair: Repair | None = None
    done: str = "Repaired."


def is_damaged(path: Path) -> bool:
    """Whether, according to SQLite, a file is not a database or has damaged pages or indexes."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            return bool(connection.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",))
    except sqlite3.DatabaseError:
        return True


def problems(database: Database) -> Iterator[Problem]:
    """Yield the problems of a store whose pages can be read."""
    with database.read() as connection:
        yield from _broken_references(connection)
        yield from _flags(connection)
        yield from _named("Text", _changed_texts(connection), "has changed since it was added")
        yield from _bad_answers(connection)
        yield from _bad_questions(connection)
        yield from _named("Answer", _lost_events(connection), "has lost its event")
        yield from _named("The draft of text", _bad_drafts(connection), "belongs to a question about another text")


def repair(database: Database, problem: Problem) -> None:
    """Correct a problem that has a repair.

    Raises:
        StoreError: the store cannot be written.
    """
    assert problem.repair is not None
    with database.write() as connection:
        problem.repair(connection)


def _named(one: str, found: Iterable[str | int], problem: str) -> Iterator[Problem]:
    bad = list(found)
    if bad:
        yield Problem(_several(f"{one} {bad[0]} {problem}", len(bad)))


def _several(first: str, n: int) -> str:
    return first + (f" ({n - 1} more like this)." if n > 1 else ".")


def _broken_references(connection: Connection) -> Iterator[Problem]:
    rows = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    # The trainer rebuilds the first two, and trains the rounds that learned from the others again.
    derived = "queue", "questions", "weak_labels", "weak_texts"
    for table in sorted({row[0] for row in rows}):
        broken = [row[1] for row in rows if row[0] == table]
        what = f"{len(broken)} rows of the table {table} refer to rows that do not exist."
        yield Problem(what, _removing(table, broken) if table in derived else None)


def _removing(table: str, rowids: list[int]) -> Repair:
    def remove(connection: Connection) -> None:
        connection.exec_driver_sql(f"DELETE FROM {table} WHERE rowid = ?", [(rowid,) for rowid in rowids])

    return remove


def _flags(connection: Connection) -> Iterator[Problem]:
    """Check the column `answered` of texts, which indexes the pool."""
    if wrong := wrongly_marked(connection):
        yield Problem(f"{len(wrong)} texts are wrongly marked as answered or unanswered.", mark_all)


def _changed_texts(connection: Connection) -> Iterator[int]:
    for row in connection.execute(select(texts.c.id, texts.c.digest, texts.c.text)).yield_per(1000):
        if digest(row.text) != row.digest:
            yield row.id


def _bad_answers(connection: Connection) -> Iterator[Problem]:
    """Check for unreadable answers, and for standing ones that do not fit their texts."""
    bad = list(_faulty(connection))
    if bad:
        row, faults = bad[0]
        what = _several(f"Answer {row.id} {next(iter(faults.values()))}", len(bad))
        gone = sum(_is_lost(row, faults) for row, faults in bad)
        done = f"Set aside {gone:,} answers, which no longer count; their texts will be asked again."
        yield Problem(what, _set_aside, done if gone else "Repaired: the spans shown with these answers are removed.")


def _faulty(connection: Connection) -> Iterator[tuple[Row[Any], dict[str, str]]]:
    """Yield faulty rows of answers, each with the faults in the spans answered and in the spans shown."""
    labels = {label for row in connection.execute(select(schemes)) for label in json.loads(row.labels)}
    query = select(answers, STANDS.label("stands"), func.length(texts.c.text).label("size"))
    for row in connection.execute(query.join(texts, texts.c.id == answers.c.text_id)).all():
        rejects = row.verdict == "reject" and not row.complete
        faults = {
            "spans": _fault(row.spans, row, labels=labels, overlapping=rejects),
            "shown": _fault(row.shown, row, labels=None, overlapping=True),
            "unclear": _fault(row.unclear, row, labels=labels, overlapping=True),
            "passage": _passage_fault(row),
        }
        if found := {name: fault for name, fault in faults.items() if fault}:
            yield row, found


def _fault(dumped: str, row: Row[Any], *, labels: Collection[str] | None, overlapping: bool) -> str:
    try:
        problem = misfit(load_spans(dumped), size=row.size, labels=labels, overlapping=overlapping)
    except (ValueError, TypeError):
        return "cannot be read"
    return f"does not fit its text: {problem}" if problem and row.stands else ""


def _passage_fault(row: Row[Any]) -> str:
    try:
        passage = load_passage(row.passage)
    except (ValueError, TypeError):
        return "has a passage that cannot be read"
    if passage is None or not row.stands:
        return ""
    if passage[1] > row.size:
        return "is about a passage that is not in its text"
    if row.complete or row.verdict != "accept":
        return "is about a passage, but does not give its spans"
    outside = any(not span.touches(passage) for span in _readable(row.spans))
    return "has spans outside of its passage" if outside else ""


def _readable(dumped: str) -> tuple[Span, ...]:
    try:
        return load_spans(dumped)
    except (ValueError, TypeError):
        return ()


def _is_lost(row: Row[Any], faults: Mapping[str, str]) -> bool:
    """Whether the answer's meaning is lost; complete answers do not need the spans shown."""
    return bool(row.stands) and (not faults.keys() <= {"shown"} or not row.complete)


def _set_aside(connection: Connection) -> None:
    """Retract answers whose meaning is lost, as undo would; empty unreadable spans and faulty spans shown."""
    for row, faults in _faulty(connection):
        emptied: dict[str, str | None] = {
            name: "[]" for name, fault in faults.items() if name == "shown" or fault == "cannot be read"
        }
        emptied |= {"passage": None} if "passage" in faults else {}
        if emptied:
            connection.execute(update(answers).where(answers.c.id == row.id).values(emptied))
        if _is_lost(row, faults):
            taken = Answer(uuid4().hex, row.text_id, row.annotator, "retract", scheme=row.scheme, retracts=row.id)
            add_answer(connection, replace(taken, held_out=row.held_out, repeat=row.repeat))


def _bad_questions(connection: Connection) -> Iterator[Problem]:
    bad = list(faulty_questions(connection))
    if bad:
        row, faults = bad[0]
        kept = sum(row.is_used for row, _ in bad)
        gone = len(bad) - kept
        done = f"Removed {gone:,} question{'s' * (gone != 1)}, which the trainer replaces." if gone else "Repaired."
        if kept:
            done = f"{done} In {kept:,} that are answered or begun, words, passages or suggestions are renewed."
        yield Problem(_several(f"Question {row.id} {next(iter(faults.values()))}", len(bad)), repair_questions, done)


def _lost_events(connection: Connection) -> Iterator[str]:
    query = select(answers.c.id, events.c.payload).join(events, events.c.seq == answers.c.seq, isouter=True)
    for row in connection.execute(query):
        if row.payload is None or _json(row.payload).get("answer") != row.id:
            yield row.id


def _bad_drafts(connection: Connection) -> Iterator[int]:
    query = select(drafts.c.text_id).join(questions, questions.c.id == drafts.c.question_id)
    yield from connection.execute(query.where(questions.c.text_id != drafts.c.text_id)).scalars()


def _json(dumped: str) -> dict[str, Any]:
    try:
        value = json.loads(dumped)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
