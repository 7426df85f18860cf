"""Which answers stand, and of which texts they leave nothing to ask."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    true,
    update,
)

from loop.records import Passage
from loop.settled import is_settled
from loop.store.lookup import LOOKUP_ROWS, batched
from loop.store.naming import read_naming
from loop.store.schema import answers, questions, texts
from loop.store.spans import load_passage

_later = answers.alias("later")
FIRST = ~answers.c.repeat
_ASKED_IN = select(questions.c.passage).where(questions.c.id == answers.c.question_id).scalar_subquery()
_ABOUT_A_SPAN = and_(~answers.c.complete, answers.c.verdict.in_(("accept", "reject")))
PLACE = case((answers.c.passage.is_not(None), answers.c.passage), (_ABOUT_A_SPAN, _ASKED_IN))
"""The passage that an answer is about or, if it is a yes or no to a span, the passage that its question is about."""
WHOLE = PLACE.is_(None)
"""Not about a passage only: such an answer leaves the rest of its text to be asked about."""
OWN = answers.c.adjudicates == "[]"
"""Not adjudicated: such an answer decides between others, and is opened in a review only."""
STANDS = (~exists().where(_later.c.retracts == answers.c.id)) & (answers.c.verdict != "retract")
_GIVEN = (STANDS, WHOLE, answers.c.text_id == texts.c.id)
_NAMES = func.count(answers.c.annotator.distinct())
IS_ANSWERED: ColumnElement[bool] = or_(
    select(and_(_NAMES > 0, _NAMES >= func.max(answers.c.needs))).where(*_GIVEN).scalar_subquery(),
    exists().where(*_GIVEN, answers.c.adjudicates != "[]"),
    and_(texts.c.released.is_not(None), exists().where(*_GIVEN)),
)
"""Of a text: whether as many annotators have answered all of it as it needs; see `loop.overlap.in_effect`."""

# Built once: building a statement takes longer than executing it.
_OF_TEXT: BindParameter[Any] = bindparam("of_text")
_ANSWERED = update(texts).where(texts.c.id == _OF_TEXT).values(answered=IS_ANSWERED)
_SETTLED = update(texts).where(texts.c.id == _OF_TEXT).values(answered=true())
_CONTENT = select(texts.c.text).where(texts.c.id == _OF_TEXT)
_IN_PASSAGES = and_(STANDS, FIRST, ~WHOLE)
_PLACE_OF = select(PLACE).where(answers.c.id == bindparam("of_answer"))
_ASKED = select(answers.c.text_id).where(_IN_PASSAGES).distinct()
_PASSAGES = (
    select(
        answers.c.scheme,
        func.max(answers.c.held_out).label("held_out"),
        func.group_concat(PLACE).label("passages"),
    )
    .where(_IN_PASSAGES, answers.c.text_id == _OF_TEXT)
    .group_by(answers.c.scheme)
)


def place_of(connection: Connection, answer_id: str) -> Passage | None:
    """The passage that an answer leaves the rest of its text outside of; None for the whole text."""
    return load_passage(connection.execute(_PLACE_OF, {"of_answer": answer_id}).scalar_one())


def mark_text(connection: Connection, text_id: int) -> None:
    """Set the column `answered` of a text anew: whether nothing of it is left to ask."""
    connection.execute(_ANSWERED, {"of_text": text_id})
    _mark_settled(connection, [text_id])


def mark_answered(connection: Connection, text_ids: Collection[int]) -> None:
    """`mark_text` for many texts."""
    for part in batched(sorted(text_ids), LOOKUP_ROWS):
        connection.execute(update(texts).where(texts.c.id.in_(part)).values(answered=IS_ANSWERED))
        _mark_settled(connection, connection.execute(_ASKED.where(answers.c.text_id.in_(part))).scalars().all())


def mark_all(connection: Connection) -> None:
    """`mark_text` for every text."""
    connection.execute(update(texts).values(answered=IS_ANSWERED))
    _mark_settled(connection, _asked_in_passages(connection))


def mark_asked_in_passages(connection: Connection) -> None:
    """`mark_text` for texts with answers about passages: which labels they have to cover has changed."""
    mark_answered(connection, _asked_in_passages(connection))


def wrongly_marked(connection: Connection) -> set[int]:
    """The texts whose column `answered` is wrong."""
    settled = {id_ for id_ in _asked_in_passages(connection) if _is_settled(connection, id_)}
    rows = connection.execute(select(texts.c.id, texts.c.answered).where(texts.c.answered != IS_ANSWERED))
    wrong = {row.id for row in rows if not (row.answered and row.id in settled)}
    open_ = connection.execute(select(texts.c.id).where(~texts.c.answered)).scalars()
    return wrong | settled.intersection(open_)


def _asked_in_passages(connection: Connection) -> list[int]:
    return list(connection.execute(_ASKED).scalars())


def _mark_settled(connection: Connection, text_ids: Iterable[int]) -> None:
    for text_id in text_ids:
        if _is_settled(connection, text_id):
            connection.execute(_SETTLED, {"of_text": text_id})


def _is_settled(connection: Connection, text_id: int) -> bool:
    """Whether answers about passages leave nothing to ask: of a held-out text no other passage is asked about."""
    given = connection.execute(_PASSAGES, {"of_text": text_id}).all()
    if not given or any(row.held_out for row in given):
        return bool(given)
    naming = read_naming(connection)
    labels = set(naming.in_force(naming.version))
    known = [one for row in given if labels <= set(naming.known(row.scheme)) for one in _loaded(row.passages)]
    return is_settled(connection.execute(_CONTENT, {"of_text": text_id}).scalar_one(), known)


def _loaded(passages: str) -> list[Passage]:
    """Passages, joined by commas; none if one of them cannot be read: then `loop doctor` says so."""
    try:
        return [(int(start), int(end)) for start, end in json.loads(f"[{passages}]")]
    except (ValueError, TypeError):
        return []
