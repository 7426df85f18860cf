"""The annotators' requests: a particular text of the pool, or an earlier answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, or_, select

from loop.records import Answer, Passage, Question, Text
from loop.store.answered import FIRST, OWN, STANDS
from loop.store.answers import answer_of
from loop.store.corpus import UNANSWERED, text_of
from loop.store.database import Database
from loop.store.journal import get_state, put_state
from loop.store.naming import Naming, read_naming
from loop.store.publishing import text_ids
from loop.store.question_passages import EVERYWHERE, asks_within
from loop.store.question_rows import keep_question
from loop.store.questions import IS_GIVEN, REQUESTS, requests
from loop.store.schema import answers, questions, texts

UNSURE = "unsure"
USES = "uses of commands by "


class Past(NamedTuple):
    """An earlier answer and its text."""

    answer: Answer
    text: str


class Wanted(NamedTuple):
    """A text that an annotator asked for, and the place in it."""

    text: Text
    place: Passage | None = None


class Requests:
    """The requests, written by the session and read by the trainer, which builds the questions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def uses(self, annotator: str) -> dict[str, int]:
        """How often an annotator has used each command."""
        with self._database.read() as connection:
            return get_state(connection, USES + annotator) or {}

    def keep_uses(self, annotator: str, uses: Mapping[str, int]) -> None:
        """Replace these counts."""
        with self._database.write() as connection:
            put_state(connection, USES + annotator, dict(uses))

    def search(self, part: str, *, limit: int) -> list[Text]:
        """Up to `limit` unanswered texts that contain `part`, ignoring the case of ASCII letters; oldest first."""
        found = select(texts).where(UNANSWERED, texts.c.text.contains(part, autoescape=True))
        with self._database.read() as connection:
            return [text_of(row) for row in connection.execute(found.order_by(texts.c.id).limit(limit))]

    def ask_for(self, text_id: int, annotator: str, place: Passage | None = None) -> bool:
        """Request a question about a text, or about a place in it, replacing this annotator's earlier request.

        Returns:
            Whether the question exists already.
        """
        asked = select(questions.c.id).where(
            questions.c.text_id == text_id, asks_within(*(place or EVERYWHERE)), ~IS_GIVEN
        )
        with self._database.write() as connection:
            newest = asked.order_by(questions.c.round.desc()).limit(1)
            question = connection.execute(newest).scalar_one_or_none()
            mine = {"text": text_id, "place": place, "question": question}
            put_state(connection, REQUESTS, requests(connection) | {annotator: mine})
        return question is not None

    def asked_for(self) -> list[Wanted]:
        """The requested texts that are unanswered, and have no question."""
        with self._database.read() as connection:
            return [wanted for request in requests(connection).values() if (wanted := _wanted(connection, request))]

    def place(self, question_id: str, annotator: str) -> Passage | None:
        """The place that this annotator asked for, if this is the question about it."""
        with self._database.read() as connection:
            request = requests(connection).get(annotator)
        return _place_of(request) if request is not None and request["question"] == question_id else None

    def serve(self, question: Question, place: Passage | None = None) -> None:
        """Store the question about a requested text, or place in it, unless the requests have changed."""
        with self._database.write() as connection:
            there = requests(connection)
            same = question.text.id, place
            asking = [annotator for annotator, one in there.items() if (one["text"], _place_of(one)) == same]
            if asking and text_ids(connection, [question.text.id]):
                keep_question(connection, question)
                served = {"text": question.text.id, "place": place, "question": question.id}
                put_state(connection, REQUESTS, there | dict.fromkeys(asking, served))

    def history(self, annotator: str, typed: str = "", *, hard: bool = False, limit: int) -> list[Past]:
        """This annotator's standing answers, newest first, that match every word of `typed`.

        A word matches in the text, the memo, the reason of a skip or the verdict, or at the beginning of a label. With
        `hard`, only answers with a flag or a memo.
        """
        query = select(answers, texts.c.text).join(texts, texts.c.id == answers.c.text_id)
        where = [STANDS, OWN, answers.c.annotator == annotator]
        if hard:
            where.append(or_(answers.c.flag, answers.c.memo != ""))
        with self._database.read() as connection:
            naming = read_naming(connection)
            where += [_says(word, naming) for word in typed.split()]
            rows = connection.execute(query.where(*where).order_by(answers.c.seq.desc()).limit(limit)).all()
        return [Past(answer_of(row, naming), row.text) for row in rows]

    def unsure(self, annotator: str, *, without: Collection[int]) -> str | None:
        """The question id of the oldest text that this annotator skipped as unsure, except for the texts `without`."""
        mine = (STANDS, answers.c.annotator == annotator, answers.c.question_id.is_not(None))
        skipped = (FIRST, answers.c.verdict == "skip", answers.c.reason == UNSURE, answers.c.text_id.not_in(without))
        query = select(answers.c.question_id).where(*mine, *skipped).order_by(answers.c.seq).limit(1)
        with self._database.read() as connection:
            return connection.execute(query).scalar_one_or_none()


def _wanted(connection: Connection, request: Mapping[str, Any]) -> Wanted | None:
    there = select(questions.c.id).where(questions.c.id == request["question"])
    if request["question"] is not None and connection.execute(there).first() is not None:
        return None
    row = connection.execute(select(texts).where(texts.c.id == request["text"], UNANSWERED)).first()
    return None if row is None else Wanted(text_of(row), _place_of(request))


def _place_of(request: Mapping[str, Any]) -> Passage | None:
    place = request.get("place")
    return None if place is None else (place[0], place[1])


def _says(word: str, naming: Naming) -> ColumnElement[bool]:
    columns: Sequence[Any] = (texts.c.text, answers.c.memo, answers.c.reason, answers.c.verdict)
    labels = [answers.c.spans.contains(f'"{word}', autoescape=True)]
    for scheme, label in naming.other_names(word):
        labels.append((answers.c.scheme == scheme) & answers.c.spans.contains(f'"{label}"', autoescape=True))
    return or_(*labels, *(column.contains(word, autoescape=True) for column in columns))
