"""Questions and their queue."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Exists, Row, Select, and_, exists, func, not_, or_, select

from loop.former_names import attribute
from loop.records import NO_FOCUS, Focus, Passage, Question, Stream
from loop.store.answered import PLACE, STANDS, WHOLE
from loop.store.corpus import UNANSWERED
from loop.store.database import Database
from loop.store.journal import get_state, put_state
from loop.store.lookup import looked_up
from loop.store.publishing import (
    CONFIDENCE,
    QUEUES,
    SEEN,
    PastEntropies,
    forget_unqueued,
    key_of,
    publish,
    queues,
)
from loop.store.question_passages import EVERYWHERE, asks_about, asks_within
from loop.store.question_rows import question_of, readable
from loop.store.schema import answers, drafts, questions, queue, schemes, texts
from loop.store.sessions import InHand
from loop.store.spans import load_passage

EXPIRED = -1
REQUESTS = "requests"
KEPT_READ = 3  # the current question, the next one, and the one that a new queue replaces it with

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


IS_GIVEN = exists().where(
    STANDS,
    answers.c.text_id == questions.c.text_id,
    ~WHOLE,
    or_(answers.c.question_id == questions.c.id, and_(answers.c.scheme == _IN_FORCE, asks_about(PLACE))),
)
"""Of a question: whether it, or some of the passage that it asks about, is answered though its text is not."""


class Questions:
    """The queues, one for each focus, and all questions that were answered or begun."""

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
        since: int | None = None,
    ) -> None:
        """Replace the queue of a focus. It is written in short transactions; the last of them puts it into effect.

        Args:
            asked: the questions, first one first.
            round: the round whose checkpoint built the queue.
            seen: entropies of the scored texts, for the next queue.
            focus: the focus that the queue was built for.
            confidence: probabilities of the model's best analyses of a random sample of the pool, if computed.
            since: the last event when the answers were read; what was answered later is not asked.
        """
        publish(self._database, asked, round=round, seen=seen, focus=focus, confidence=confidence, since=since)

    def keep_queues(self, foci: Collection[Focus]) -> None:
        """Drop the queues of other foci, but not that without one."""
        kept = set(map(key_of, (NO_FOCUS, *foci)))
        with self._database.read() as connection:
            if kept.issuperset(queues(connection)):
                return
        with self._database.write() as connection:
            there = queues(connection)
            put_state(connection, QUEUES, {key: there[key] for key in there if key in kept})
        forget_unqueued(self._database)

    def expire(self) -> None:
        """Mark the queues as out of date; the trainer replaces them as soon as possible."""
        with self._database.write() as connection:
            expire(connection)

    def head(
        self,
        annotator: str,
        *,
        after: Question | None = None,
        focus: Focus = NO_FOCUS,
        fits: Callable[[Question], bool] | None = None,
        taken: Sequence[InHand] = (),
    ) -> Question | None:
        """The question to ask next: one that this annotator has begun or chosen, otherwise the first of the queue.

        With `after`, the question that follows once that one is answered. With `fits`, the first of the queue for which
        it holds, if any. Questions begun outside the focus wait for a session without it. What is `taken`, because
        others have it in hand, is not asked, and neither is what was begun if others have answered it meanwhile.
        """

        def is_free(row: Row[Any]) -> bool:
            with readable(row.question_id):
                mine = InHand(row.id, load_passage(row.passage))
            return not any(map(mine.conflicts, taken))

        begun = _WITH_TEXT.join(drafts, drafts.c.question_id == questions.c.id).where(
            drafts.c.annotator == annotator, questions.c.stream != "review", or_(_OPEN, _answered_by(annotator))
        )
        if after is not None:
            begun = begun.where(_apart_from(after))
        with self._database.read() as connection:
            rows = connection.execute(begun.order_by(drafts.c.at.desc()))
            row = next((row for row in rows if is_free(row) and focus.asks(question_of(row))), None)
            if row is None:
                row = self._chosen(connection, annotator, after)
                row = row if row is not None and is_free(row) else None
            if row is None:
                waiting = _WITH_TEXT.join(queue, queue.c.question_id == questions.c.id).where(
                    queue.c.generation == _generation(connection, focus), _OPEN, _consistent(annotator)
                )
                if after is not None:
                    waiting = waiting.where(_apart_from(after))
                free = filter(is_free, connection.execute(waiting.order_by(queue.c.rank)))
                row = next(free, None)
                if fits is not None and row is not None and not fits(question_of(row)):
                    row = next((one for one in free if fits(question_of(one))), row)
        return None if row is None else self._recent(row)

    def _chosen(self, connection: Connection, annotator: str, after: Question | None) -> Row[Any] | None:
        request = requests(connection).get(annotator)
        if request is None or request["question"] is None:
            return None
        chosen = _WITH_TEXT.where(questions.c.id == request["question"], UNANSWERED, ~IS_GIVEN)
        return connection.execute(chosen if after is None else chosen.where(_apart_from(after))).first()

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

    def rounds(self, ids: Iterable[str]) -> dict[str, int]:
        """The round that scored each of these questions, by id."""
        return {row.id: row.round for row in self._rows(select(questions.c.id, questions.c.round), ids)}

    def waiting(self, focus: Focus = NO_FOCUS, annotator: str | None = None, *, whole: bool = False) -> int:
        """The number of unanswered questions in the queue of a focus; those that an annotator may be asked, or all.

        With `whole`, only those about whole texts.
        """
        query = (
            select(func.count())
            .select_from(queue.join(questions, questions.c.id == queue.c.question_id))
            .join(texts, texts.c.id == questions.c.text_id)
        )
        if annotator is not None:
            query = query.where(_consistent(annotator))
        if whole:
            query = query.where(questions.c.passage.is_(None))
        with self._database.read() as connection:
            here = queue.c.generation == _generation(connection, focus)
            return int(connection.execute(query.where(here, _OPEN)).scalar_one())

    def queue_round(self, focus: Focus = NO_FOCUS) -> int | None:
        """The round whose checkpoint built the queue of a focus; None if there is no such queue."""
        with self._database.read() as connection:
            queued = queues(connection).get(key_of(focus))
        return None if queued is None else int(queued["round"])

    def is_exhausted(self, focus: Focus) -> bool:
        """Whether the queue of this focus is up to date, and found nothing to ask."""
        with self._database.read() as connection:
            queued = queues(connection).get(key_of(focus), {})
        return queued.get("asked") == 0 and queued["round"] != EXPIRED

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
        found = {}
        for row in self._rows(select(questions.c.id, questions.c.tokens), ids):
            with readable(row.id):
                found[row.id] = [(start, end) for start, end in json.loads(row.tokens)]
        return found

    def entropies(self, ids: Iterable[str]) -> dict[str, float | None]:
        """The entropy of each of these questions, by id; None if no model had scored the text."""
        return {row.id: row.entropy for row in self._rows(select(questions.c.id, questions.c.entropy), ids)}

    def passages(self, ids: Iterable[str]) -> dict[str, Passage]:
        """The passages that those of these questions are about that are not about whole texts, by id."""
        rows = self._rows(select(questions.c.id, questions.c.passage).where(questions.c.passage.is_not(None)), ids)
        found = {}
        for row in rows:
            with readable(row.id):
                found[row.id] = load_passage(row.passage)
        return {id_: passage for id_, passage in found.items() if passage is not None}

    def _rows(self, query: Select[Any], ids: Iterable[str]) -> list[Row[Any]]:
        """The rows of questions with these ids."""
        with self._database.read() as connection:
            return list(looked_up(connection, query, questions.c.id, ids))


def _apart_from(question: Question) -> ColumnElement[bool]:
    """Questions that are not about the same part of a text."""
    return not_(and_(questions.c.text_id == question.text.id, asks_within(*(question.passage or EVERYWHERE))))


def _consistent(annotator: str) -> ColumnElement[bool]:
    """Repeats go only to the annotator who gave the earlier answer, texts that several answer only to the others."""
    mine = _answered_by(annotator)
    whole = mine.where(STANDS, WHOLE)
    stream = questions.c.stream
    return or_(and_(stream == "repeat", mine), stream == "revisit", and_(stream != "repeat", ~whole))


def _answered_by(annotator: str) -> Exists:
    return exists().where(answers.c.text_id == texts.c.id, answers.c.annotator == annotator)


def expire(connection: Connection) -> None:
    """Mark the queues as out of date, within the caller's transaction."""
    queued = queues(connection)
    put_state(connection, QUEUES, {key: one | {"round": EXPIRED} for key, one in queued.items()})


def requests(connection: Connection) -> dict[str, dict[str, Any]]:
    """By annotator the text that they chose to be asked about, and its question, which may not be there yet."""
    return get_state(connection, REQUESTS) or {}


def _generation(connection: Connection, focus: Focus) -> int:
    queued = queues(connection).get(key_of(focus))
    return 0 if queued is None else int(queued["generation"])
