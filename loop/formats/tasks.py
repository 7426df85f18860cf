"""What the row of an annotation tool is about: entities, or something else that says nothing of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

Task = Literal["entities", "other", "unclear"]
"""Unclear is a row without any span that does not name its task: the other rows of its file may."""

# Prodigy's interfaces for spans; those that can hold several things are about entities where a row has spans.
_SPAN_VIEWS = frozenset({"ner", "ner_manual", "spans", "spans_manual"})
_MIXED_VIEWS = frozenset({"blocks", "relations", "review"})
# What Prodigy, doccano and spaCy write beside a text that was not asked about for its entities.
_OF_OTHERS = ("options", "accept", "cats", "relations", "image", "audio", "video")


def task_of(row: Mapping[str, Any]) -> Task:
    """Return what a row in the shape of Prodigy's is about."""
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
    """Whether a label stands for the whole text."""
    said = row.get("label") or row.get("labels")
    return bool(said) and all(isinstance(each, str) for each in (said if isinstance(said, list) else [said]))
