"""Which questions of a text ask about the same part of it, so that one answer ends them all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    delete,
    func,
    or_,
    select,
)

from loop.records import Answer, Passage
from loop.store.schema import questions, queue

EVERYWHERE: Passage = (0, 1 << 62)
"""All of any text."""

_OF_TEXT: BindParameter[Any] = bindparam("of_text")
_TO: BindParameter[Any] = bindparam("to")
_START: BindParameter[Any] = bindparam("start")
_END: BindParameter[Any] = bindparam("end")


def asks_within(start: Any, end: Any) -> ColumnElement[bool]:
    """Whether a question asks about some of these characters of its text; one without a passage asks about all."""
    return or_(questions.c.passage.is_(None), lies_within(start, end))


def lies_within(start: Any, end: Any) -> ColumnElement[bool]:
    """Whether a question asks about a passage with some of these characters of its text."""
    first, last = _edges(questions.c.passage)
    return and_(first < end, last > start)


def asks_about(passage: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a question asks about some of a stored passage."""
    return asks_within(*_edges(passage))


def _edges(passage: ColumnElement[Any]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Where a stored passage begins and ends; NULL if it cannot be read: then `loop doctor` says so."""
    first, last = (case((func.json_valid(passage) == 1, func.json_extract(passage, f"$[{n}]"))) for n in (0, 1))
    return first, last


_ENDED = select(questions.c.id).where(
    questions.c.text_id == _OF_TEXT, or_(questions.c.id == _TO, asks_within(_START, _END))
)
_NOT_ASKED = delete(queue).where(queue.c.question_id.in_(_ENDED))


def parameters(answer: Answer) -> dict[str, Any]:
    """The values of the parameters "of_text", "by", "to", "start" and "end" of statements about an answer."""
    start, end = answer.passage or EVERYWHERE
    return {
        "of_text": answer.text_id,
        "by": answer.annotator,
        "to": answer.question_id,
        "start": start,
        "end": end,
    }


def take_off_queue(connection: Connection, given: Iterable[Answer]) -> None:
    """Remove the questions that these answers end: about the whole text, or about a passage that one touches."""
    if rows := [parameters(answer) for answer in given]:
        connection.execute(_NOT_ASKED, rows)
