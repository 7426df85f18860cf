"""Rows of doccano's jsonl: spans as [start, end, label] in a field `label` (or `labels`), or under `entities`.

spaCy 2's training data and Label Studio's JSON-MIN are similar enough to be read the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loop.formats.raw import Answered

_FIELDS = ("label", "labels", "entities")
# Fields for doccano's own use.
_OWN = frozenset({"relations", "Comments", "comments"})


def is_doccano(row: Mapping[str, Any]) -> bool:
    """Whether a row has spans in the form of doccano, spaCy 2 or Label Studio's JSON-MIN."""
    return "spans" not in row and _field(row) is not None


def from_doccano(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row in Prodigy's form."""
    field = _field(row)
    spans = [_span(each) for each in row[field]] if field else None
    others = {name: value for name, value in row.items() if name != field and name not in _OWN}
    return others | {"spans": spans} | _answer(row)


def _answer(row: Mapping[str, Any]) -> dict[str, Any]:
    """Who annotated a row of Label Studio's JSON-MIN, and when."""
    who, at = row.get("annotator"), row.get("updated_at") or row.get("created_at")
    if "annotation_id" not in row or type(who) not in (int, str):
        return {}
    own = {"_loop": {"at": at.replace("Z", "+00:00")}} if isinstance(at, str) else {}
    return {"answer": "accept", "_annotator_id": str(who)} | own


def to_doccano(answered: Answered) -> dict[str, Any] | None:
    """Return an answer as doccano's row; None unless it is complete."""
    if not answered.says_all or answered.answer.verdict != "accept":
        return None
    spans = [[span.start, span.end, span.label] for span in answered.answer.spans]
    return {"text": answered.text.text, "label": spans, "meta": dict(answered.text.meta)}


def _field(row: Mapping[str, Any]) -> str | None:
    found = (name for name in _FIELDS if isinstance(row.get(name), list) and all(map(_is_span, row[name])))
    return next(found, None)


def _is_span(value: Any) -> bool:
    if isinstance(value, Mapping):
        return "start_offset" in value or ("start" in value and "labels" in value)
    # In spaCy's, a knowledge-base id may follow the label.
    return isinstance(value, list) and len(value) in (3, 4) and type(value[0]) is int and type(value[1]) is int


def _span(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        return {"start": value[0], "end": value[1], "label": value[2]}
    if "start_offset" in value:
        return {"start": value["start_offset"], "end": value.get("end_offset"), "label": value.get("label")}
    label = value["labels"][0] if isinstance(value["labels"], list) and value["labels"] else None
    return {"start": value["start"], "end": value.get("end"), "label": label, "text": value.get("text")}
