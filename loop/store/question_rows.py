"""Questions as rows of the table `questions`, and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Row, insert, select
from sqlalchemy.exc import IntegrityError

from loop.errors import StoreError
from loop.records import Candidate, Question, Span
from loop.store.corpus import text_of
from loop.store.schema import questions
from loop.store.spans import dump_passage, dump_spans, load_passage, load_spans, triple


@contextmanager
def text_there() -> Iterator[None]:
    """Explain why an answer or a draft cannot be written if its text is no longer there."""
    try:
        yield
    except IntegrityError:
        raise StoreError(
            "This text, or the answer that this one replaces, is gone or was replaced in another session.",
            hint="Press Enter or s to continue with the next text.",
        ) from None


def keep_question(connection: Connection, question: Question) -> None:
    """Store a question again if its queue has been replaced since it was shown."""
    if connection.execute(select(questions.c.id).where(questions.c.id == question.id)).first() is None:
        connection.execute(insert(questions), question_row(question))


def question_row(question: Question) -> dict[str, Any]:
    """Convert a question to a row of `questions`."""
    return {
        "id": question.id,
        "text_id": question.text.id,
        "stream": question.stream,
        "reason": question.reason,
        "round": question.round,
        "entropy": question.entropy,
        "tokens": json.dumps(question.tokens),
        "prediction": dump_spans(question.prediction),
        "candidates": json.dumps([[*triple(c.span), c.p, c.source] for c in question.candidates]),
        "lattice": question.lattice,
        "passage": dump_passage(question.passage),
    }


def question_of(row: Row[Any]) -> Question:
    """Convert a row of `questions`, joined with its text, to a question.

    Raises:
        StoreError: it cannot be read.
    """
    with readable(row.question_id):
        return _question_of(row)


@contextmanager
def readable(question_id: str) -> Iterator[None]:
    """Explain why a row of `questions` cannot be read."""
    try:
        yield
    except (ValueError, TypeError):
        hint = "`loop doctor --repair` replaces it."
        raise StoreError(f"Question {question_id} cannot be read.", hint=hint) from None


def _question_of(row: Row[Any]) -> Question:
    return Question(
        id=row.question_id,
        text=text_of(row),
        tokens=tuple((start, end) for start, end in json.loads(row.tokens)),
        prediction=load_spans(row.prediction),
        candidates=tuple(
            Candidate(Span(start, end, label), p, source) for start, end, label, p, source in json.loads(row.candidates)
        ),
        lattice=row.lattice,
        stream=row.stream,
        reason=row.reason,
        round=row.round,
        entropy=row.entropy,
        passage=load_passage(row.passage),
    )
