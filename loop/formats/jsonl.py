"""JSON lines: a text per line with its spans, its meta, and what was answered."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, NoReturn

from loop.errors import InputError
from loop.formats.prodigy import KNOWN_FIELDS, read_answer, read_group, row_key
from loop.formats.raw import BadRowError, RawText
from loop.records import Span
from loop.settings import label_problem


def read_jsonl(lines: Iterable[tuple[int, str]], source: str, *, text_field: str) -> Iterator[RawText]:
    """Yield the text of every line that is not blank.

    Raises:
        InputError: a line is no JSON object, has no text under `text_field`, or its spans or answer cannot be meant.
    """
    for number, line in lines:
        if line.strip():
            try:
                yield _raw(_load(line), source, number, text_field)
            except BadRowError as error:
                raise InputError(source, error.problem, line=number, hint=error.hint) from None


def _load(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line, parse_constant=_no_json, parse_float=_finite)
        if "\\ud" in line.lower():  # only an escape can bring half a character in
            json.dumps(row, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        hint = "If the file is no jsonl, say what it is with --format."
        raise BadRowError(f"is no JSON: {error.msg} (column {error.colno}).", hint) from None
    except UnicodeEncodeError:
        raise BadRowError("holds half of a surrogate pair, which is no character.") from None
    except (ValueError, RecursionError):
        raise BadRowError("holds NaN, an endless number, or brackets nested too deep.") from None
    if not isinstance(row, dict):
        raise BadRowError("is no JSON object.", 'A line looks like {"text": "…"}.')
    return row


def _no_json(_constant: str) -> NoReturn:
    raise ValueError


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError
    return value


def _raw(row: dict[str, Any], source: str, number: int, text_field: str) -> RawText:
    text, meta = row.get(text_field), row.get("meta") or {}
    if not isinstance(text, str):
        hint = "Say which field holds the texts with --text-field NAME."
        raise BadRowError(f"has no text in a field {text_field}.", hint)
    if "\0" in text:
        raise BadRowError("its text holds a NUL character.")
    if not isinstance(meta, dict):
        raise BadRowError("its meta is no JSON object.")
    beside = {name: value for name, value in row.items() if name not in KNOWN_FIELDS and name != text_field}
    spans = _spans(row["spans"], text) if row.get("spans") is not None else None
    answer = read_answer(row, [] if spans is None else spans)
    if answer is None or answer.complete or answer.verdict == "accept":  # a rejected span may lie on another
        _refuse_overlaps((spans or []) if answer is None else answer.spans)
    plain = None if spans is None else tuple(sorted(set(spans)))
    key = "" if answer is None and spans is None else row_key(row)
    return RawText(text, source, number, beside | meta, plain, answer, read_group(row), key)


def _spans(rows: Any, text: str) -> list[Span]:
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
