"""Rows of named fields, whatever file they stand in: texts with spans and answers, as several programs write them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, NoReturn

from loop.errors import InputError
from loop.formats.doccano import from_doccano, is_doccano
from loop.formats.label_studio import from_label_studio, is_label_studio
from loop.formats.prodigy import (
    KNOWN_FIELDS,
    VERDICTS,
    read_answer,
    read_group,
    read_origin,
    read_question,
    row_key,
)
from loop.formats.raw import BadRowError, RawText
from loop.records import Span
from loop.settings import label_problem

# Fields that are JSON inside a cell of a table.
JSON_FIELDS = frozenset({"spans", "meta", "tokens", "_loop", "_input_hash", "_task_hash", "_timestamp"})


def parsed(content: str) -> Any:
    """Return the value of a JSON text that holds nothing but what JSON and UTF-8 know.

    Raises:
        BadRowError: it is none.
    """
    try:
        value = json.loads(content, parse_constant=_no_json, parse_float=_finite)
        if "\\ud" in content.lower():  # only an escape can bring half a character in
            json.dumps(value, ensure_ascii=False).encode()
        return value
    except json.JSONDecodeError as error:
        where = f"column {error.colno}" if error.lineno == 1 else f"line {error.lineno}, column {error.colno}"
        hint = "If the file is of another format, say so with --format."
        raise BadRowError(f"is no JSON: {error.msg} ({where}).", hint) from None
    except UnicodeEncodeError:
        raise BadRowError("holds half of a surrogate pair, which is no character.") from None
    except (ValueError, RecursionError):
        raise BadRowError("holds NaN, an endless number, or brackets nested too deep.") from None


def _no_json(_constant: str) -> NoReturn:
    raise ValueError


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError
    return value


def read_row(row: Any, source: str, number: int, *, text_field: str) -> Iterator[RawText]:
    """Yield the text of a row; of a row of Label Studio one for each annotation.

    Raises:
        InputError: it is no row with a text under `text_field`, or its spans or answer cannot be meant.
    """
    try:
        if not isinstance(row, dict):
            raise BadRowError("is no JSON object.", 'A row looks like {"text": "…"}.')
        for one in _alike(row, text_field):
            yield _raw(one, source, number, text_field)
    except BadRowError as error:
        raise InputError(source, error.problem, line=number, hint=error.hint) from None


def _alike(row: dict[str, Any], text_field: str) -> Iterable[dict[str, Any]]:
    """The row as Prodigy would write it."""
    if is_label_studio(row):
        return from_label_studio(row, text_field)
    return [from_doccano(row) if is_doccano(row) else row]


def cells_to_row(cells: Mapping[str, Any], text_field: str) -> dict[str, Any]:
    """Return the row that a table's cells hold: those of the `JSON_FIELDS` are parsed, empty cells are left out.

    Raises:
        BadRowError: such a cell is no JSON.
    """
    row: dict[str, Any] = {}
    for name, cell in cells.items():
        looks = isinstance(cell, str) and name in JSON_FIELDS and cell.lstrip()[:1] in tuple('[{-0123456789"')
        if cell is not None and (cell != "" or name == text_field):
            row[name] = parsed(cell) if looks else cell
    if "meta" in row and not isinstance(row["meta"], dict):
        row["meta"] = {"meta": row["meta"]}
    return row


def _raw(row: dict[str, Any], source: str, number: int, text_field: str) -> RawText:
    text, meta = row.get(text_field), row.get("meta") or {}
    if not isinstance(text, str):
        hint = "Say which field holds the texts with --text-field NAME."
        raise BadRowError(f"has no text in a field {text_field}.", hint)
    if "\0" in text:
        raise BadRowError("its text holds a NUL character.")
    if not isinstance(meta, dict):
        raise BadRowError("its meta is no JSON object.")
    known = KNOWN_FIELDS if _is_answer(row) else KNOWN_FIELDS - {"answer"}
    beside = {name: value for name, value in row.items() if name not in known and name != text_field}
    spans = spans_of(row["spans"], text) if row.get("spans") is not None else None
    answer = read_answer(row, [] if spans is None else spans) if "answer" in known else None
    if answer is None or answer.complete or answer.verdict == "accept":  # a rejected span may lie on another
        _refuse_overlaps((spans or []) if answer is None else answer.spans)
    return RawText(
        text,
        source,
        number,
        beside | meta,
        spans=None if spans is None else tuple(sorted(set(spans))),
        answer=answer,
        group=read_group(row),
        key="" if answer is None and spans is None else row_key(row),
        suggested=_suggested(row, text),
        question=read_question(row, text),
        origin=read_origin(row),
    )


def _is_answer(row: Mapping[str, Any]) -> bool:
    """Whether a field "answer" is a verdict, and not the user's own, such as the answer to a question of a quiz."""
    said = row.get("answer")
    return (isinstance(said, str) and said in VERDICTS) or any(
        name in row for name in ("spans", "_view_id", "_loop", "_input_hash", "_task_hash")
    )


def _suggested(row: Mapping[str, Any], text: str) -> tuple[Span, ...]:
    rows = (row.get("_loop") or {}).get("suggested")
    return tuple(sorted(set(spans_of(rows, text)))) if rows is not None else ()


def spans_of(rows: Any, text: str) -> list[Span]:
    """Return the spans of a text, in their order.

    Raises:
        BadRowError: they are no list of spans, or do not lie in the text.
    """
    if not isinstance(rows, list):
        raise BadRowError("its spans are no list.")
    return [_span(row, n, text) for n, row in enumerate(rows, start=1)]


def _span(row: Any, n: int, text: str) -> Span:
    if not isinstance(row, Mapping):
        raise BadRowError(f"span {n} is no JSON object.")
    start, end, label = row.get("start"), row.get("end"), row.get("label")
    if type(start) is not int or type(end) is not int:
        raise BadRowError(f"span {n} has no whole numbers for start and end.")
    if not 0 <= start < end <= len(text):
        raise BadRowError(f"span {n} goes from {start} to {end} in a text of {len(text)} characters.")
    if not isinstance(label, str) or label_problem((label,)):
        raise BadRowError(f"span {n} has no label, or one with spaces or control characters.")
    if isinstance(row.get("text"), str) and row["text"] != text[start:end]:
        hint = "Offsets count characters, not bytes and not UTF-16 units."
        raise BadRowError(f"span {n} names another text than its offsets.", hint)
    return Span(start, end, label)


def _refuse_overlaps(spans: Iterable[Span]) -> None:
    ordered = sorted(set(spans))
    for left, right in pairwise(ordered):
        if right.start < left.end:
            raise BadRowError(f"the spans {left.start}-{left.end} and {right.start}-{right.end} overlap.")
