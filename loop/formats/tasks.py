"""The annotation task of a row: entities, or something else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

Task = Literal["entities", "other", "unclear"]
""""unclear": the row has no span and does not name its task; other rows of the file may."""

# Prodigy's interfaces for spans; mixed ones are about entities if the row has spans.
_SPAN_VIEWS = frozenset({"ner", "ner_manual", "spans", "spans_manual"})
_MIXED_VIEWS = frozenset({"blocks", "relations", "review"})
# Fields of Prodigy, doccano and spaCy that show another task than entities.
_OF_OTHERS = ("options", "accept", "cats", "relations", "image", "audio", "video")


def task_of(row: Mapping[str, Any]) -> Task:
    """Return the task of a row in Prodigy's form."""
    spans, view = row.get("spans"), row.get("_view_id")
    if view is not None:
        holds_spans = str(view) in _SPAN_VIEWS or (str(view) in _MIXED_VIEWS and isinstance(spans, list))
        return "entities" if holds_spans else "other"
    if isinstance(spans, list) and any(isinstance(span, Mapping) and "label" in span for span in spans):
        return "entities"
    if ("answer" in row or spans is None) and (_is_labelled(row) or any(name in row for name in _OF_OTHERS)):
        return "other"
    return "unclear"


def _is_labelled(row: Mapping[str, Any]) -> bool:
    """Whether a label applies to the whole text."""
    said = row.get("label") or row.get("labels")
    return bool(said) and all(isinstance(each, str) for each in (said if isinstance(said, list) else [said]))
