"""Drafts: unfinished answers, by question and annotator."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, delete, exists, or_, select
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from loop.records import Answer, Question
from loop.store.database import Database, now
from loop.store.question_passages import EVERYWHERE, lies_within, parameters
from loop.store.question_rows import keep_question, text_there
from loop.store.schema import answers, drafts, questions

_OF_TEXT: BindParameter[Any] = bindparam("of_text")
_BY: BindParameter[Any] = bindparam("by")
_TO: BindParameter[Any] = bindparam("to")
_START: BindParameter[Any] = bindparam("start")
_END: BindParameter[Any] = bindparam("end")
# Where an answer may have the id of a draft's question; in two searches, since one would go through all answers.
_NAMED = answers.c.question_id, answers.c.id
# Without the text, all questions would be read at each answer.
_COVERED = select(questions.c.id).where(
    questions.c.text_id == _OF_TEXT, or_(_END == EVERYWHERE[1], lies_within(_START, _END))
)
_told = (exists().where(column == drafts.c.question_id, answers.c.annotator == _BY) for column in _NAMED)
_OPEN = ~or_(*_told)

# Built once: building a statement takes longer than executing it.
_DRAFTS = delete(drafts).where(drafts.c.text_id == _OF_TEXT, drafts.c.annotator == _BY)
_ENDED = _DRAFTS.where(drafts.c.question_id == _TO)
"""Deletes the draft that has become an answer."""
_ALL_ENDED = _DRAFTS.where(or_(drafts.c.question_id == _TO, _OPEN & drafts.c.question_id.in_(_COVERED)))
"""The same, with drafts for other open questions about what is answered now; drafts of changes stay."""


class Drafts:
    """The drafts of all annotators."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, question: Question, annotator: str, draft: str) -> None:
        """Save an unfinished answer, replacing an earlier draft for the same question.

        Raises:
            StoreError: the text is gone.
        """
        row = {"text_id": question.text.id, "annotator": annotator, "question_id": question.id, "draft": draft}
        statement = sqlite_insert(drafts).values(row | {"at": now()})
        with text_there(), self._database.write() as connection:
            keep_question(connection, question)
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["question_id", "annotator"],
                    set_={name: statement.excluded[name] for name in ("draft", "at")},
                )
            )

    def of(self, question: Question, annotator: str) -> str | None:
        """The draft for a question, if any."""
        query = select(drafts.c.draft).where(drafts.c.question_id == question.id, drafts.c.annotator == annotator)
        with self._database.read() as connection:
            return connection.execute(query).scalar_one_or_none()

    def drop(self, question: Question, annotator: str) -> None:
        """Delete the draft for a question."""
        with self._database.write() as connection:
            mine = drafts.c.question_id == question.id, drafts.c.annotator == annotator
            connection.execute(delete(drafts).where(*mine))


def end_drafts(connection: Connection, answer: Answer) -> None:
    """Delete the drafts that an answer ends: its own and, unless it changes one about the whole text, those it covers.

    These are its annotator's for other open questions about the whole text, or about a passage that it touches.
    """
    is_change = answer.retracts is not None and answer.passage is None
    connection.execute(_ENDED if is_change else _ALL_ENDED, parameters(answer))
