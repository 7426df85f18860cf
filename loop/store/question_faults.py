"""What is wrong with stored questions, and what can be made of such a question again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, func, select, update

from loop.alignment import misfit
from loop.records import Passage, Span
from loop.store.schema import answers, drafts, questions, queue, texts
from loop.store.spans import dump_passage, load_passage, load_spans

Tokens = list[tuple[int, int]]
# Characters to either side of a passage that are shown if the tokens are lost.
SHOWN = 1000
# As in spaCy, a single blank between two words belongs to neither.
WORD = re.compile(r"\w+|[^\w\s]|\s{2,}|[^\S ]")

_USED = exists().where(answers.c.question_id == questions.c.id) | exists().where(drafts.c.question_id == questions.c.id)
_ROWS = select(
    questions.c.id,
    questions.c.text_id,
    questions.c.tokens,
    questions.c.passage,
    questions.c.prediction,
    questions.c.candidates,
    func.length(texts.c.text).label("size"),
    _USED.label("is_used"),
).join(texts, texts.c.id == questions.c.text_id)


def faulty_questions(connection: Connection) -> Iterator[tuple[Row[Any], dict[str, str]]]:
    """Yield the faulty questions, each with its faults in words, by column."""
    for row in connection.execute(_ROWS.order_by(questions.c.id)).yield_per(1000):
        faults = {
            "tokens": _tokens_fault(row),
            "passage": _passage_fault(row),
            "prediction": _spans_fault(row, row.prediction),
            "candidates": _spans_fault(row, row.candidates),
        }
        if found := {name: fault for name, fault in faults.items() if fault}:
            yield row, found


def _tokens_fault(row: Row[Any]) -> str:
    tokens = _loaded(row)
    if tokens is None:
        return "has tokens that cannot be read"
    if not tokens:
        return "has no tokens"
    if any(start >= end for start, end in tokens) or any(one[1] > other[0] for one, other in pairwise(tokens)):
        return "has tokens that are not in order"
    return "has tokens that are not in its text" if tokens[0][0] < 0 or tokens[-1][1] > row.size else ""


def _loaded(row: Row[Any]) -> Tokens | None:
    try:
        tokens = [(start, end) for start, end in json.loads(row.tokens)]
    except (ValueError, TypeError):
        return None
    return tokens if all(type(start) is type(end) is int for start, end in tokens) else None


def _passage_fault(row: Row[Any]) -> str:
    try:
        passage = load_passage(row.passage)
    except (ValueError, TypeError):
        return "has a passage that cannot be read"
    if passage is None:
        return ""
    if passage[1] > row.size:
        return "is about a passage that is not in its text"
    tokens = [] if _tokens_fault(row) else _loaded(row)
    if tokens and not any(start < passage[1] and passage[0] < end for start, end in tokens):
        return "is about a passage that is not shown"
    return ""


def _spans_fault(row: Row[Any], dumped: str) -> str:
    try:
        spans = load_spans(json.dumps([each[:3] for each in json.loads(dumped)]))
    except (ValueError, TypeError):
        return "has suggestions that cannot be read"
    problem = misfit(spans, size=row.size, overlapping=True)
    return f"has suggestions that do not fit its text: {problem}" if problem else ""


def repair_questions(connection: Connection) -> None:
    """Remove faulty questions that nobody has answered or begun; make anew what is faulty in the others."""
    for row, faults in list(faulty_questions(connection)):
        if row.is_used:
            connection.execute(
                update(questions).where(questions.c.id == row.id).values(_renewed(connection, row, faults))
            )
        else:
            connection.execute(delete(queue).where(queue.c.question_id == row.id))
            connection.execute(delete(questions).where(questions.c.id == row.id))


def _renewed(connection: Connection, row: Row[Any], faults: Mapping[str, str]) -> dict[str, Any]:
    text = connection.execute(select(texts.c.text).where(texts.c.id == row.text_id)).scalar_one()
    values: dict[str, Any] = {name: "[]" for name in ("prediction", "candidates") if name in faults}
    tokens, passage = _loaded(row), None if "passage" in faults else load_passage(row.passage)
    if "tokens" in faults or tokens is None:
        given = _answered(connection, row.id)
        tokens = _words(text, passage, [edge for span in given for edge in (span.start, span.end)])
        values |= {"tokens": json.dumps(tokens), "lattice": b""}
    if "passage" in faults:
        start, end = tokens[0][0], tokens[-1][1]
        is_whole = not (text[:start].strip() or text[end:].strip())
        values["passage"] = None if is_whole else dump_passage((start, end))
    return values


def _answered(connection: Connection, question_id: str) -> list[Span]:
    """The spans that a question was answered with, as far as they can be read."""
    found: list[Span] = []
    for dumped in connection.execute(select(answers.c.spans).where(answers.c.question_id == question_id)).scalars():
        try:
            found += load_spans(dumped)
        except (ValueError, TypeError):
            continue
    return found


def _words(text: str, passage: Passage | None, edges: Sequence[int]) -> Tokens:
    """The words of a text, or of a passage and what is around it, also cut at these edges of spans."""
    first, last = (0, len(text)) if passage is None else (passage[0] - SHOWN, passage[1] + SHOWN)
    found: Tokens = []
    for start, end in (match.span() for match in WORD.finditer(text)):
        if first < end and start < last:
            cuts = sorted({start, end, *(edge for edge in edges if start < edge < end)})
            found += pairwise(cuts)
    return found
