"""Converts rows of files, which are named fields in the forms of several programs, to texts with spans and answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from loop.errors import InputError
from loop.formats.doccano import from_doccano, is_doccano
from loop.formats.label_studio import from_label_studio, is_label_studio, unread
from loop.formats.lines import Source
from loop.formats.prodigy import (
    KNOWN_FIELDS,
    VERDICTS,
    read_answer,
    read_asked,
    read_group,
    read_origin,
    read_question,
    row_key,
)
from loop.formats.raw import BadRowError, Note, RawText
from loop.formats.shared_rows import answers_in
from loop.formats.spans import read_spans
from loop.formats.strict_json import parsed
from loop.formats.tasks import task_of
from loop.records import Answer, Question, Span

# Fields that are JSON in the cell of a table.
JSON_FIELDS = frozenset({"spans", "meta", "tokens", "_loop", "_input_hash", "_task_hash", "_timestamp"})


def read_row(row: Any, source: Source, number: int, *, text_field: str) -> Iterator[RawText]:
    """Yield the text of a row of `source`; for a Label Studio task, or a row that answers share, one per answer.

    Raises:
        InputError: the row has no text under `text_field`, or invalid spans or an invalid answer.
    """
    left_out = unread(row) if isinstance(row, dict) and is_label_studio(row) else ""
    try:
        for n, one in enumerate(_prodigy_rows(row, text_field)):
            raw = _raw_text(one, source, number, text_field)
            yield replace(raw, notes=(*raw.notes, Note(left_out, number))) if left_out and n == 0 else raw
    except BadRowError as error:
        raise InputError(source.name, error.problem, line=number, hint=error.hint) from None


def _prodigy_rows(row: Any, text_field: str) -> Iterable[dict[str, Any]]:
    """The row in Prodigy's form; one row per annotation of a Label Studio task, and per answer that shares a row."""
    if isinstance(row, list) and len(row) == 2 and isinstance(row[1], dict):  # spaCy 2's training data
        row = {text_field: row[0]} | row[1]
    if not isinstance(row, dict):
        raise BadRowError("is not a JSON object.", 'A row looks like {"text": "…"}.')
    if is_label_studio(row):
        return from_label_studio(row, text_field)
    return answers_in(from_doccano(row) if is_doccano(row) else row)


def cells_to_row(cells: Mapping[str, Any], text_field: str) -> dict[str, Any]:
    """Convert the cells of a table's row: those of `JSON_FIELDS` are parsed, empty ones are left out.

    Raises:
        BadRowError: the cell of a JSON field is not JSON.
    """
    row: dict[str, Any] = {}
    for name, cell in cells.items():
        looks_like_json = isinstance(cell, str) and name in JSON_FIELDS and cell.lstrip()[:1] in tuple('[{-0123456789"')
        if cell is not None and (cell != "" or name == text_field):
            row[name] = parsed(cell) if looks_like_json else cell
    if "meta" in row and not isinstance(row["meta"], dict):
        row["meta"] = {"meta": row["meta"]}
    return row


def _raw_text(row: dict[str, Any], source: Source, number: int, text_field: str) -> RawText:
    text, meta = row.get(text_field), row.get("meta") or {}
    if not isinstance(text, str):
        hint = "Name the field with the texts with --text-field NAME."
        raise BadRowError(f"has no text in the field {text_field}.", hint)
    if "\0" in text:
        raise BadRowError("its text contains a NUL character.")
    if not isinstance(meta, dict):
        raise BadRowError("its meta is not a JSON object.")
    known = KNOWN_FIELDS if _is_answer(row) else KNOWN_FIELDS - {"answer"}
    others = {name: value for name, value in row.items() if name not in known and name != text_field}
    task = task_of(row)
    if task == "other":
        return RawText(text, source.name, number, others | meta, group=read_group(row), task=task)
    spans, suggested, notes = read_spans(row, text, source.unit, number)
    answer = read_answer(row, spans or []) if "answer" in known else None
    question = read_question(row, text)
    _refuse_misfit_places(answer, question, text)
    if answer is None or answer.complete or answer.verdict == "accept":  # rejected spans may overlap
        _refuse_overlaps((spans or []) if answer is None else answer.spans)
    return RawText(
        text,
        source.name,
        number,
        others | meta,
        spans=None if spans is None else tuple(sorted(set(spans))),
        answer=answer,
        group=read_group(row),
        key="" if answer is None and spans is None else row_key(row),
        suggested=tuple(sorted(set(suggested))),
        question=question,
        origin=read_origin(row),
        task=task,
        notes=notes,
        asked=read_asked(row),
    )


def _refuse_misfit_places(answer: Answer | None, question: Question | None, text: str) -> None:
    """Refuse places that are not in the text, and spans that do not touch the passage."""
    passage, asked = answer and answer.passage, question and question.passage
    ends = {
        "unclear": max((one.end for one in answer.unclear), default=0) if answer else 0,
        "passage": passage[1] if passage else 0,
        "question.passage": asked[1] if asked else 0,
    }
    for name, end in ends.items():
        if end > len(text):
            raise BadRowError(f"its _loop.{name} ends at {end}, but its text has {len(text)} characters.")
    spans = answer.spans if answer and passage else ()
    if passage and (outside := next((one for one in spans if not one.touches(passage)), None)):
        raise BadRowError(
            f"the span {outside.start}-{outside.end} is outside of its _loop.passage, {passage[0]}-{passage[1]}."
        )


def _is_answer(row: Mapping[str, Any]) -> bool:
    """Whether a field "answer" is a verdict rather than the user's own, such as the answer to a quiz question."""
    said = row.get("answer")
    return (isinstance(said, str) and said in VERDICTS) or any(
        name in row for name in ("spans", "_view_id", "_loop", "_input_hash", "_task_hash")
    )


def _refuse_overlaps(spans: Iterable[Span]) -> None:
    ordered = sorted(set(spans))
    for left, right in pairwise(ordered):
        if right.start < left.end:
            raise BadRowError(f"the spans {left.start}-{left.end} and {right.start}-{right.end} overlap.")
