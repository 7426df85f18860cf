"""Answers from elsewhere with their texts and questions, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, Table, delete, insert, select, update

from loop.errors import StoreError
from loop.records import Answer, Question, Text
from loop.store.answers import answer_event, answer_row, standing_of
from loop.store.batches import BatchReport, NewText, begin_batch, digest, finish_batch, text_row
from loop.store.database import Database, now
from loop.store.events import EventKind
from loop.store.journal import event_row, put_scheme
from loop.store.lookup import LOOKUP_ROWS, looked_up, parts
from loop.store.naming import read_naming
from loop.store.questions import question_row
from loop.store.schema import answers, drafts, events, questions, queue, texts
from loop.truth import Truth, of_annotators, resolve

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """An answer on its way in: its text, and the question that it answered, if that is known.

    The ids of the text, and the scheme, are given to all three when they are written.

    Attributes:
        asked: the labels that it is complete for; None for all.
    """

    text: NewText
    answer: Answer
    question: Question | None = None
    asked: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class ImportedAnswers:
    """What became of the answers: `known` said nothing new. `batch` is that of the texts that were new."""

    batch: BatchReport
    added: int
    known: int


def import_answers(
    database: Database,
    rows: Sequence[NewAnswer],
    others: Sequence[NewText] = (),
    *,
    labels: Sequence[str],
    source: str,
    replacing: bool = False,
) -> ImportedAnswers:
    """Write answers, in their order, with what they need: all or nothing.

    Those that are there already are left out, and complete ones that say what the same annotator has said before.

    Args:
        database: to write to.
        rows: what to write.
        others: texts that come in with them, not answered.
        labels: of the project.
        source: where they come from, in words.
        replacing: whether they may take the place of what the same annotators said otherwise about the same texts.

    Raises:
        StoreError: an answer or a question has the id of one that belongs to another text, or takes the place of one
            and must not.
    """
    with database.write() as connection:
        report = _add_texts(connection, [*(row.text for row in rows), *others], source)
        ids = _ids(connection, [digest(row.text.text) for row in rows])
        scheme = {asked: put_scheme(connection, labels, asked) for asked in {None, *(row.asked for row in rows)}}
        placed = [_placed(row, ids[digest(row.text.text)], scheme[row.asked]) for row in rows]
        fresh = _new(connection, answers, ((row.answer.id, row.answer.text_id, row) for row in placed))
        fresh = _saying_more(connection, fresh, replacing=replacing)
        asked = [row.question for row in fresh if row.question]
        unknown = _new(connection, questions, ((each.id, each.text.id, each) for each in asked))
        if unknown:
            connection.execute(insert(questions), [question_row(each) for each in unknown])
        _add_answers(connection, [row.answer for row in fresh])
    return ImportedAnswers(report, len(fresh), len(rows) - len(fresh))


def _add_texts(connection: Connection, new: Sequence[NewText], source: str) -> BatchReport:
    distinct: dict[str, NewText] = {}
    for text in new:
        distinct.setdefault(text.text, text)
    ordered = list(distinct.values())
    batch, before = begin_batch(connection, source), _changes(connection)
    if ordered:
        statement = insert(texts).prefix_with("OR IGNORE").values(batch_id=batch)
        connection.execute(statement, [text_row(text) | {"batch_id": batch} for text in ordered])
    return finish_batch(connection, batch, added=_changes(connection) - before, seen=len(ordered))


def _changes(connection: Connection) -> int:
    """How many rows this connection has written so far: of many statements at once, SQLAlchemy gives no count."""
    return int(connection.exec_driver_sql("SELECT total_changes()").scalar_one())


def _ids(connection: Connection, digests: Sequence[bytes]) -> dict[bytes, int]:
    rows = looked_up(connection, select(texts.c.digest, texts.c.id), texts.c.digest, digests)
    return {row.digest: row.id for row in rows}


def _placed(row: NewAnswer, text_id: int, scheme: int) -> NewAnswer:
    asked = row.question and replace(row.question, text=Text(text_id, row.text.text))
    answer = replace(row.answer, text_id=text_id, scheme=scheme, question_id=asked.id if asked else None)
    return replace(row, answer=answer, question=asked)


def _new(connection: Connection, table: Table, rows: Iterable[tuple[str, int, T]]) -> list[T]:
    """Of rows of (id, text id, what it is) the ones that `table` does not hold, each once."""
    given = list(rows)
    there = _texts_of(connection, table, [id_ for id_, _, _ in given])
    texts_of = dict(there)
    new: dict[str, T] = {}
    for id_, text_id, what in given:
        if texts_of.setdefault(id_, text_id) != text_id:
            hint = "Take the field _loop out of the file."
            raise StoreError(f"The file uses an id in {table.name} that belongs to another text.", hint=hint)
        if id_ not in there:
            new.setdefault(id_, what)
    return list(new.values())


def _saying_more(connection: Connection, rows: Sequence[NewAnswer], *, replacing: bool) -> list[NewAnswer]:
    """The rows without complete answers that say what the same annotator has said before.

    Raises:
        StoreError: one says otherwise, and must not.
    """
    schemes, before = read_naming(connection).complete_for, _said_before(connection, [row.answer for row in rows])
    more: list[NewAnswer] = []
    others: list[Answer] = []
    for row in rows:
        said = before.get((row.answer.text_id, row.answer.annotator), Truth())
        now = resolve([row.answer], schemes)
        if said.contradicts(now):
            others.append(row.answer)
        if not (now.labels and said.implies(now)):
            more.append(row)
    if others and not replacing:
        who = ", ".join(sorted({answer.annotator for answer in others}))
        raise StoreError(
            f"{len({answer.text_id for answer in others}):,} of the texts were answered otherwise by {who}, "
            "whose answers would no longer count. Nothing was imported.",
            hint="--replace lets them go; --annotator NAME says that another one gave those of the file.",
        )
    return more


def _said_before(connection: Connection, new: Sequence[Answer]) -> dict[tuple[int, str], Truth]:
    """What each annotator has said of each of the texts."""
    said = standing_of(connection, sorted({answer.text_id for answer in new}))
    return of_annotators(said, read_naming(connection).complete_for)


def _texts_of(connection: Connection, table: Table, ids: Sequence[str]) -> dict[str, int]:
    rows = looked_up(connection, select(table.c.id, table.c.text_id), table.c.id, ids)
    return {row.id: row.text_id for row in rows}


def _add_answers(connection: Connection, new: Sequence[Answer]) -> None:
    """Write answers that retract nothing: what `Answers.add` does for one, for many at once."""
    if not new:
        return
    last = connection.exec_driver_sql("SELECT max(seq) FROM sqlite_sequence WHERE name = 'events'").scalar_one()
    moment = datetime.fromisoformat(now())
    stored = [
        replace(each, seq=seq, rank=seq, at=each.at or moment) for seq, each in enumerate(new, start=1 + (last or 0))
    ]
    connection.execute(
        insert(events), [event_row(EventKind.ANSWER, answer_event(each)) | {"seq": each.seq} for each in stored]
    )
    connection.execute(insert(answers), [answer_row(each) for each in stored])
    given = {(each.text_id, each.annotator) for each in stored}
    for part in parts(sorted({each.text_id for each in stored}), LOOKUP_ROWS):
        asked = select(questions.c.id).where(questions.c.text_id.in_(part))
        connection.execute(delete(queue).where(queue.c.question_id.in_(asked)))
        connection.execute(update(texts).where(texts.c.id.in_(part)).values(answered=True))
        _drop_drafts(connection, part, given)


def _drop_drafts(connection: Connection, text_ids: Sequence[int], answered: Collection[tuple[int, str]]) -> None:
    begun = select(drafts.c.text_id, drafts.c.annotator).where(drafts.c.text_id.in_(text_ids))
    for text_id, annotator in connection.execute(begun).all():
        if (text_id, annotator) in answered:
            mine = (drafts.c.text_id == text_id) & (drafts.c.annotator == annotator)
            connection.execute(delete(drafts).where(mine))
