"""Questions and their queue."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    delete,
    exists,
    func,
    insert,
    literal_column,
    or_,
    select,
)

from loop.former_names import attribute
from loop.records import NO_FOCUS, Focus, Question, Stream
from loop.store.corpus import UNANSWERED
from loop.store.database import Database, polite
from loop.store.journal import get_state, put_state
from loop.store.lookup import batched, looked_up
from loop.store.question_rows import question_of, question_row
from loop.store.schema import answers, drafts, questions, queue, schemes, texts

QUEUE = "queue"
EXPIRED = -1
REQUEST = "request"
SEEN = "seen"
CONFIDENCE = "confidence"
# Rows per transaction: a longer one would delay an annotator's answer.
WRITE_ROWS = 200
KEPT_READ = 3  # the current question, the next one, and the one that a new queue replaces it with

ROWID: ColumnElement[int] = literal_column("rowid")

_WITH_TEXT: Select[Any] = select(
    questions.c.id.label("question_id"),
    questions.c.stream,
    questions.c.reason,
    questions.c.round,
    questions.c.entropy,
    questions.c.tokens,
    questions.c.prediction,
    questions.c.candidates,
    questions.c.lattice,
    questions.c.passage,
    texts,
).join(texts, texts.c.id == questions.c.text_id)

_IN_FORCE = select(func.max(schemes.c.version)).where(schemes.c.asked.is_(None)).scalar_subquery()
_REVISIT = answers.alias("revisit")
_REPEAT = answers.alias("repeat")
# Open questions: about unanswered texts, and unanswered questions about answered texts (for new labels, or repeats).
_OPEN = or_(
    UNANSWERED,
    and_(
        questions.c.stream == "revisit",
        ~exists().where(_REVISIT.c.text_id == texts.c.id, _REVISIT.c.scheme == _IN_FORCE),
    ),
    and_(questions.c.stream == "repeat", ~exists().where(_REPEAT.c.text_id == texts.c.id, _REPEAT.c.repeat)),
)


# Questions that nothing refers to any more.
_UNUSED = tuple(~exists().where(table.c.question_id == questions.c.id) for table in (queue, answers, drafts))


class PastEntropies(NamedTuple):
    """The model's uncertainty about a text: (round, entropy in nats) for the last rounds that scored it."""

    text_id: int
    entropies: tuple[tuple[int, float], ...]


class Questions:
    """The queue, and all questions that were answered or begun."""

    shares = attribute("Questions", "shares", "streams")

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read_last: dict[str, Question] = {}

    def publish(
        self,
        asked: Sequence[Question],
        *,
        round: int,
        seen: Sequence[PastEntropies] = (),
        focus: Focus = NO_FOCUS,
        confidence: Sequence[float] = (),
    ) -> None:
        """Replace the queue. The new one is written in short transactions; the last of them puts it into effect.

        Args:
            asked: the questions, first one first.
            round: the round whose checkpoint built the queue.
            seen: entropies of the scored texts, for the next queue.
            focus: the focus that the queue was built for.
            confidence: probabilities of the model's best analyses of a random sample of the pool, if computed.
        """
        with self._database.read() as connection:
            generation = 1 + _generation(connection)
        with self._database.write() as connection:  # left by an interrupted call
            connection.execute(delete(queue).where(queue.c.generation == generation))
        ranked = enumerate(asked)
        while part := list(islice(ranked, WRITE_ROWS)):
            with polite(), self._database.write() as connection:
                there = text_ids(connection, [question.text.id for _, question in part])  # some may have been removed
                if part := [(rank, question) for rank, question in part if question.text.id in there]:
                    connection.execute(insert(questions), [question_row(question) for _, question in part])
                    rows = [{"generation": generation, "rank": rank, "question_id": q.id} for rank, q in part]
                    connection.execute(insert(queue), rows)
        with self._database.write() as connection:
            queued = {"generation": generation, "round": round, "focus": asdict(focus), "asked": len(asked)}
            put_state(connection, QUEUE, queued)
            put_state(connection, SEEN, seen)
            if confidence:
                put_state(connection, CONFIDENCE, list(confidence))
        self._forget_before(generation)

    def expire(self) -> None:
        """Mark the queue as out of date; the trainer replaces it as soon as possible."""
        with self._database.write() as connection:
            expire(connection)

    def head(
        self,
        annotator: str,
        *,
        after: Question | None = None,
        focus: Focus = NO_FOCUS,
        fits: Callable[[Question], bool] | None = None,
    ) -> Question | None:
        """The question to ask next: one that this annotator has begun or chosen, otherwise the first of the queue.

        With `after`, the question that follows once that one is answered. With `fits`, the first of the queue for which
        it holds, if any. A queue built for another focus is ignored; questions begun outside the focus wait for a
        session without it.
        """
        begun = _WITH_TEXT.join(drafts, drafts.c.question_id == questions.c.id).where(drafts.c.annotator == annotator)
        if after is not None:
            begun = begun.where(questions.c.text_id != after.text.id)
        with self._database.read() as connection:
            rows = connection.execute(begun.order_by(drafts.c.at.desc()))
            row = next((row for row in rows if focus == NO_FOCUS or _is_meant(question_of(row), focus)), None)
            if row is None:
                row = self._chosen(connection, after)
            if row is None and _focus_of(connection, QUEUE) == focus:
                waiting = _WITH_TEXT.join(queue, queue.c.question_id == questions.c.id).where(
                    queue.c.generation == _generation(connection), _OPEN, _consistent(annotator)
                )
                if after is not None:
                    waiting = waiting.where(texts.c.id != after.text.id)
                waiting = waiting.order_by(queue.c.rank)
                row = connection.execute(waiting.limit(1)).first()
                if fits is not None and row is not None and not fits(question_of(row)):
                    row = next((one for one in connection.execute(waiting) if fits(question_of(one))), row)
        return None if row is None else self._recent(row)

    def _chosen(self, connection: Connection, after: Question | None) -> Row[Any] | None:
        request = get_state(connection, REQUEST)
        if request is None or request["question"] is None or (after is not None and after.text.id == request["text"]):
            return None
        return connection.execute(_WITH_TEXT.where(questions.c.id == request["question"], UNANSWERED)).first()

    def _recent(self, row: Row[Any]) -> Question:
        """Convert a row to a question; recent ones are cached, since questions never change."""
        known = self._read_last.pop(row.question_id, None) or question_of(row)
        self._read_last[known.id] = known
        while len(self._read_last) > KEPT_READ:
            del self._read_last[next(iter(self._read_last))]
        return known

    def get(self, ids: Iterable[str]) -> dict[str, Question]:
        """The stored questions among these ids, by id."""
        return {row.question_id: question_of(row) for row in self._rows(_WITH_TEXT, ids)}

    def streams(self, ids: Iterable[str]) -> dict[str, Stream]:
        """The stream of the queue that each of these questions comes from, by id."""
        return {row.id: row.stream for row in self._rows(select(questions.c.id, questions.c.stream), ids)}

    def waiting(self) -> int:
        """The number of unanswered questions in the queue."""
        with self._database.read() as connection:
            query = (
                select(func.count())
                .select_from(queue.join(questions, questions.c.id == queue.c.question_id))
                .join(texts, texts.c.id == questions.c.text_id)
                .where(queue.c.generation == _generation(connection), _OPEN)
            )
            return int(connection.execute(query).scalar_one())

    def queue_round(self) -> int | None:
        """The round whose checkpoint built the queue; None if there never was a queue."""
        with self._database.read() as connection:
            queued = get_state(connection, QUEUE)
        return None if queued is None else int(queued["round"])

    def is_exhausted(self, focus: Focus) -> bool:
        """Whether the queue is up to date, was built for this focus, and found nothing to ask."""
        with self._database.read() as connection:
            queued = get_state(connection, QUEUE) or {}
            return queued.get("asked") == 0 and queued["round"] != EXPIRED and _focus_of(connection, QUEUE) == focus

    def queue_focus(self) -> Focus:
        """The focus that the queue was built for."""
        with self._database.read() as connection:
            return _focus_of(connection, QUEUE)

    def seen(self) -> list[PastEntropies]:
        """The entropies stored with the queue, in the order published."""
        with self._database.read() as connection:
            kept = get_state(connection, SEEN) or []
        return [PastEntropies(text_id, tuple((round, entropy) for round, entropy in read)) for text_id, read in kept]

    def confidence(self) -> list[float]:
        """The probabilities stored with the queue: of the best analyses of a random sample of the pool."""
        with self._database.read() as connection:
            return get_state(connection, CONFIDENCE) or []

    def tokens(self, ids: Iterable[str]) -> dict[str, list[tuple[int, int]]]:
        """The character offsets of the tokens of each of these questions, by id."""
        rows = self._rows(select(questions.c.id, questions.c.tokens), ids)
        return {row.id: [(start, end) for start, end in json.loads(row.tokens)] for row in rows}

    def _rows(self, query: Select[Any], ids: Iterable[str]) -> list[Row[Any]]:
        """The rows of questions with these ids."""
        with self._database.read() as connection:
            return list(looked_up(connection, query, questions.c.id, ids))

    def _forget_before(self, generation: int) -> None:
        """Delete older queues, and their questions that were neither answered nor begun."""
        before = select(ROWID).select_from(queue).where(queue.c.generation < generation).limit(WRITE_ROWS)
        removed = WRITE_ROWS
        while removed == WRITE_ROWS:
            with polite(), self._database.write() as connection:
                removed = connection.execute(delete(queue).where(ROWID.in_(before))).rowcount
        with self._database.read() as connection:  # search without the write lock, then check again with it
            found = list(connection.execute(select(questions.c.id).where(*_UNUSED)).scalars())
        for part in batched(found, WRITE_ROWS):
            with polite(), self._database.write() as connection:
                connection.execute(delete(questions).where(questions.c.id.in_(part), *_UNUSED))


def _consistent(annotator: str) -> ColumnElement[bool]:
    """Repeats go only to the annotator who gave the earlier answer."""
    mine = exists().where(answers.c.text_id == texts.c.id, answers.c.annotator == annotator)
    return or_(questions.c.stream != "repeat", mine)


def expire(connection: Connection) -> None:
    """Mark the queue as out of date, within the caller's transaction."""
    queued = get_state(connection, QUEUE)
    if queued is not None:
        put_state(connection, QUEUE, queued | {"round": EXPIRED})


def _is_meant(question: Question, focus: Focus) -> bool:
    return focus.covers(question.text.meta) and (not focus.measure or question.stream == "held_out")


def _focus_of(connection: Connection, key: str) -> Focus:
    kept = (get_state(connection, key) or {}).get("focus")
    return NO_FOCUS if kept is None else load_focus(kept)


def load_focus(kept: dict[str, Any]) -> Focus:
    """Restore a focus from a dictionary."""
    return Focus(kept["label"], tuple((name, value) for name, value in kept["where"]), kept["measure"])


def _generation(connection: Connection) -> int:
    queued = get_state(connection, QUEUE)
    return 0 if queued is None else int(queued["generation"])


def text_ids(connection: Connection, ids: Sequence[int]) -> set[int]:
    """Those of the ids that exist in the corpus."""
    return {row.id for row in looked_up(connection, select(texts.c.id), texts.c.id, ids)}
