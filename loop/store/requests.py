"""The annotators' requests: a particular text of the pool, or an earlier answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, or_, select

from loop.records import Answer, Question, Text
from loop.store.answers import FIRST, OWN, STANDS, answer_of
from loop.store.corpus import UNANSWERED, text_of
from loop.store.database import Database
from loop.store.journal import get_state, put_state
from loop.store.naming import Naming, read_naming
from loop.store.publishing import text_ids
from loop.store.question_rows import keep_question
from loop.store.questions import REQUESTS, requests
from loop.store.schema import answers, questions, texts

UNSURE = "unsure"
USES = "uses of commands by "


class Past(NamedTuple):
    """An earlier answer and its text."""

    answer: Answer
    text: str


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

    def ask_for(self, text_id: int, annotator: str) -> bool:
        """Request a question about a text, replacing this annotator's earlier request.

        Returns:
            Whether the question exists already.
        """
        asked = select(questions.c.id).where(questions.c.text_id == text_id).order_by(questions.c.round.desc()).limit(1)
        with self._database.write() as connection:
            question = connection.execute(asked).scalar_one_or_none()
            mine = {"text": text_id, "question": question}
            put_state(connection, REQUESTS, requests(connection) | {annotator: mine})
        return question is not None

    def asked_for(self) -> Text | None:
        """A requested text, as long as it is unanswered and has no question."""
        with self._database.read() as connection:
            for request in requests(connection).values():
                there = select(questions.c.id).where(questions.c.id == request["question"])
                if request["question"] is not None and connection.execute(there).first() is not None:
                    continue
                row = connection.execute(select(texts).where(texts.c.id == request["text"], UNANSWERED)).first()
                if row is not None:
                    return text_of(row)
        return None

    def serve(self, question: Question) -> None:
        """Store the question about a requested text, unless the requests have changed."""
        with self._database.write() as connection:
            there = requests(connection)
            asking = [annotator for annotator, request in there.items() if request["text"] == question.text.id]
            if asking and text_ids(connection, [question.text.id]):
                keep_question(connection, question)
                served = {"text": question.text.id, "question": question.id}
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


def _says(word: str, naming: Naming) -> ColumnElement[bool]:
    columns: Sequence[Any] = (texts.c.text, answers.c.memo, answers.c.reason, answers.c.verdict)
    labels = [answers.c.spans.contains(f'"{word}', autoescape=True)]
    for scheme, label in naming.other_names(word):
        labels.append((answers.c.scheme == scheme) & answers.c.spans.contains(f'"{label}"', autoescape=True))
    return or_(*labels, *(column.contains(word, autoescape=True) for column in columns))
