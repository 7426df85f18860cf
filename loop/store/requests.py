"""The annotator's requests: a focus, a particular text of the pool, or an earlier answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, or_, select

from loop.records import NO_FOCUS, Answer, Focus, Question, Text
from loop.store.answers import FIRST, STANDS, answer_of
from loop.store.corpus import UNANSWERED, text_of
from loop.store.database import Database
from loop.store.journal import get_state, put_state
from loop.store.naming import Naming, read_naming
from loop.store.question_rows import keep_question
from loop.store.questions import REQUEST, load_focus, text_ids
from loop.store.schema import answers, questions, texts

FOCUS = "focus"
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

    def focus(self) -> Focus:
        """The requested focus of the queue."""
        with self._database.read() as connection:
            kept = get_state(connection, FOCUS)
        return NO_FOCUS if kept is None else load_focus(kept)

    def set_focus(self, focus: Focus) -> None:
        """Request a focus for the next queue."""
        if focus != self.focus():
            with self._database.write() as connection:
                put_state(connection, FOCUS, asdict(focus))

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

    def ask_for(self, text_id: int) -> bool:
        """Request a question about a text, replacing an earlier request; return whether the question exists already."""
        asked = select(questions.c.id).where(questions.c.text_id == text_id).order_by(questions.c.round.desc()).limit(1)
        with self._database.write() as connection:
            question = connection.execute(asked).scalar_one_or_none()
            put_state(connection, REQUEST, {"text": text_id, "question": question})
        return question is not None

    def asked_for(self) -> Text | None:
        """The requested text, as long as it is unanswered and has no question."""
        with self._database.read() as connection:
            request = get_state(connection, REQUEST)
            if request is None:
                return None
            there = select(questions.c.id).where(questions.c.id == request["question"])
            if request["question"] is not None and connection.execute(there).first() is not None:
                return None
            row = connection.execute(select(texts).where(texts.c.id == request["text"], UNANSWERED)).first()
        return None if row is None else text_of(row)

    def serve(self, question: Question) -> None:
        """Store the question about the requested text, unless the request has changed."""
        with self._database.write() as connection:
            request = get_state(connection, REQUEST)
            wished = request is not None and request["text"] == question.text.id
            if wished and text_ids(connection, [question.text.id]):
                keep_question(connection, question)
                put_state(connection, REQUEST, {"text": question.text.id, "question": question.id})

    def history(self, annotator: str, typed: str = "", *, hard: bool = False, limit: int) -> list[Past]:
        """This annotator's standing answers, newest first, that match every word of `typed`.

        A word matches in the text, the memo, the reason of a skip or the verdict, or at the beginning of a label. With
        `hard`, only answers with a flag or a memo.
        """
        query = select(answers, texts.c.text).join(texts, texts.c.id == answers.c.text_id)
        where = [STANDS, answers.c.annotator == annotator]
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
