"""Replaces the queue of a focus, while annotators answer the old one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple, replace
from itertools import islice
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, exists, insert, literal_column, select

from loop.records import Focus, Question
from loop.store.answered import STANDS, WHOLE, place_of
from loop.store.answers import answer_of
from loop.store.database import Database, polite
from loop.store.journal import get_state, put_state
from loop.store.lookup import batched, looked_up
from loop.store.naming import read_naming
from loop.store.question_passages import take_off_queue
from loop.store.question_rows import question_row
from loop.store.schema import answers, drafts, questions, queue, texts

# Keys of the table `state`.
QUEUES = "queues"
SEEN = "seen"
CONFIDENCE = "confidence"
# Rows per transaction: a longer one would delay an annotator's answer.
WRITE_ROWS = 200

ROWID: ColumnElement[int] = literal_column("rowid")
# Questions that nothing refers to any more.
_UNUSED = tuple(~exists().where(table.c.question_id == questions.c.id) for table in (queue, answers, drafts))


class PastEntropies(NamedTuple):
    """The model's uncertainty about a text: (round, entropy in nats) for the last rounds that scored it."""

    text_id: int
    entropies: tuple[tuple[int, float], ...]


def publish(
    database: Database,
    asked: Sequence[Question],
    *,
    round: int,
    seen: Sequence[PastEntropies],
    focus: Focus,
    confidence: Sequence[float],
    since: int | None,
) -> None:
    """Write a queue in short transactions, the last of which puts it into effect; see `Questions.publish`."""
    with database.read() as connection:
        generation = 1 + max((one["generation"] for one in queues(connection).values()), default=0)
    with database.write() as connection:  # left by an interrupted call
        connection.execute(delete(queue).where(queue.c.generation == generation))
    ranked = enumerate(asked)
    while part := [(rank, question_row(question)) for rank, question in islice(ranked, WRITE_ROWS)]:
        with polite(), database.write() as connection:
            there = text_ids(connection, [row["text_id"] for _, row in part])  # some may have been removed
            if part := [(rank, row) for rank, row in part if row["text_id"] in there]:
                connection.execute(insert(questions), [row for _, row in part])
                rows = [{"generation": generation, "rank": rank, "question_id": row["id"]} for rank, row in part]
                connection.execute(insert(queue), rows)
    with database.write() as connection:
        if since is not None:
            _take_off_answered(connection, since)
        queued = {"generation": generation, "round": round, "asked": len(asked)}
        put_state(connection, QUEUES, queues(connection) | {key_of(focus): queued})
        put_state(connection, SEEN, seen)
        if confidence:
            put_state(connection, CONFIDENCE, list(confidence))
    forget_unqueued(database)


def _take_off_answered(connection: Connection, since: int) -> None:
    """Take off the queue what was answered while it was built; questions about other passages of the texts stay."""
    given = select(answers).where(STANDS, answers.c.seq > since, ~WHOLE)
    naming = read_naming(connection)
    found = [answer_of(row, naming) for row in connection.execute(given)]
    take_off_queue(connection, [replace(one, passage=place_of(connection, one.id)) for one in found])


def forget_unqueued(database: Database) -> None:
    """Delete queues that are not in effect, and their questions that were neither answered nor begun."""
    with database.read() as connection:
        kept = [one["generation"] for one in queues(connection).values()]
    before = select(ROWID).select_from(queue).where(queue.c.generation.not_in(kept)).limit(WRITE_ROWS)
    removed = WRITE_ROWS
    while removed == WRITE_ROWS:
        with polite(), database.write() as connection:
            removed = connection.execute(delete(queue).where(ROWID.in_(before))).rowcount
    with database.read() as connection:  # search without the write lock, then check again with it
        found = list(connection.execute(select(questions.c.id).where(*_UNUSED)).scalars())
    for part in batched(found, WRITE_ROWS):
        with polite(), database.write() as connection:
            connection.execute(delete(questions).where(questions.c.id.in_(part), *_UNUSED))


def queues(connection: Connection) -> dict[str, dict[str, int]]:
    """By focus the queue in effect: its generation, the round that built it, and how many questions it had."""
    return get_state(connection, QUEUES) or {}


def key_of(focus: Focus) -> str:
    """The key of a focus in `queues`."""
    return json.dumps(astuple(focus), ensure_ascii=False)


def text_ids(connection: Connection, ids: Sequence[int]) -> set[int]:
    """Those of the ids that exist in the corpus."""
    return {row.id for row in looked_up(connection, select(texts.c.id), texts.c.id, ids)}
