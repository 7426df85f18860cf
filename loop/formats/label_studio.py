"""Label Studio's JSON tasks: a text with several annotations and predictions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from loop.formats.prodigy import row_key
from loop.formats.raw import Answered, BadRowError

_ANNOTATIONS = ("annotations", "completions")
_FIRST_FIELD = "text"
_HYPERTEXT = "hypertextlabels"
_REGIONS = ("labels", _HYPERTEXT)
_MARKUP = re.compile(r"<\w|&\w+;")


def is_label_studio(row: Mapping[str, Any]) -> bool:
    """Whether a row is a Label Studio task."""
    lists = (*_ANNOTATIONS, "predictions")
    return isinstance(row.get("data"), dict) and any(isinstance(row.get(name), list) for name in lists)


def from_label_studio(task: Mapping[str, Any], text_field: str) -> Iterator[dict[str, Any]]:
    """Yield a row in Prodigy's form for each annotation, the oldest first; only the text if there is none.

    The last prediction becomes the suggestion, a cancelled annotation a skip. The annotation that is marked as ground
    truth decides between the task's others.

    Raises:
        BadRowError: an annotation has an unexpected form.
    """
    data = dict(task["data"])
    text = data.pop(text_field, None)
    if not isinstance(text, str):
        hint = "Name the data field with the texts with --text-field NAME."
        raise BadRowError(f"has no text in the field {text_field}.", hint)
    meta = data.pop("meta", None)
    meta = (meta if isinstance(meta, dict) else {}) | data | ({"id": task["id"]} if "id" in task else {})
    predicted = _objects(task.get("predictions"))
    own = {"suggested": _spans(predicted[-1].get("result"), text)} if predicted else {}
    bare = {text_field: text, "meta": meta} | ({"_loop": own} if own else {})
    annotations = [each for name in _ANNOTATIONS for each in _objects(task.get(name))]
    if all(map(_changed, annotations)):
        annotations.sort(key=_changed)
    rows = [bare | _answer(annotation, text, own) for annotation in annotations]
    yield from _decided(rows, [annotation.get("ground_truth") is True for annotation in annotations]) or [bare]


def unread(task: Mapping[str, Any]) -> str:
    """Return what of a task is left out, in words; empty if nothing is."""
    return "Left out a draft, which nobody has submitted," if task.get("drafts") else ""


def _changed(annotation: Mapping[str, Any]) -> str:
    """When it was last changed, or "" if the file does not say; files do not keep annotations in the order of time."""
    return str(annotation.get("updated_at") or annotation.get("created_at") or "")


def _decided(rows: list[dict[str, Any]], is_truth: Sequence[bool]) -> list[dict[str, Any]]:
    """The rows, the last one marked as ground truth deciding between the others about entities."""
    given = [n for n, row in enumerate(rows) if row["answer"] == "accept" and "_view_id" not in row]
    truth = next((n for n in reversed(given) if is_truth[n]), None)
    if truth is None or len(given) == 1:
        return rows
    others = [row_key(rows[n]) for n in given if n != truth]
    own = rows[truth].get("_loop", {}) | {"adjudicates": others}
    return [row if n != truth else row | {"_loop": own} for n, row in enumerate(rows)]


def _objects(value: Any) -> list[Mapping[str, Any]]:
    if value is not None and not (isinstance(value, list) and all(isinstance(each, Mapping) for each in value)):
        raise BadRowError("its annotations or predictions are not a list of JSON objects.")
    return list(value or ())


def _answer(annotation: Mapping[str, Any], text: str, own: Mapping[str, Any]) -> dict[str, Any]:
    who, at = annotation.get("completed_by"), annotation.get("created_at")
    if isinstance(who, Mapping):
        who = who.get("email") or who.get("id")
    more = dict(own) | ({"at": at.replace("Z", "+00:00")} if isinstance(at, str) else {})
    seconds = annotation.get("lead_time")
    if type(seconds) is float and 0 <= seconds < 1e9:
        more["seconds"] = seconds
    spans = _spans(annotation.get("result"), text)
    others = [str(each.get("type")) for each in _objects(annotation.get("result"))] if not spans else []
    return {
        "spans": spans,
        "answer": "ignore" if annotation.get("was_cancelled") else "accept",
        "_annotator_id": "" if who is None else str(who),
        # With only results of other types it is not about entities.
        **({"_view_id": others[0]} if others else {}),
    } | ({"_loop": more} if more else {})


def _spans(result: Any, text: str) -> list[dict[str, Any]]:
    regions = [each for each in _objects(result) if each.get("type") in _REGIONS]
    return [span for region in regions for span in _labelled(region, text)]


def _labelled(result: Mapping[str, Any], text: str) -> Iterator[dict[str, Any]]:
    value = result.get("value")
    labels = value.get(str(result["type"])) if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping) or not isinstance(labels, list):
        raise BadRowError("a result has no value with labels.")
    covered, offsets = value.get("text"), value
    if result["type"] == _HYPERTEXT:
        offsets = value.get("globalOffsets") or {}
        # The offsets count the text as a browser shows it.
        if not offsets or (not isinstance(covered, str) and _MARKUP.search(text)):
            hint = "Export the project with the text of its regions, or annotate plain text."
            raise BadRowError("a region of HTML has no offsets (globalOffsets) that match its text.", hint)
    for label in labels:
        named = {"text": covered} if isinstance(covered, str) else {}
        yield {"start": offsets.get("start"), "end": offsets.get("end"), "label": label} | named


def to_label_studio(answered: Answered) -> dict[str, Any] | None:
    """Return a complete or skipped answer as a task with one annotation; None for other answers."""
    answer, text = answered.answer, answered.text
    if not answered.says_all or answer.verdict not in ("accept", "skip"):
        return None
    annotation: dict[str, Any] = {
        "result": [_result(span.start, span.end, span.label, text.text, n) for n, span in enumerate(answer.spans)],
        "was_cancelled": answer.verdict == "skip",
        "lead_time": answer.seconds,
    }
    if "@" in answer.annotator:  # Label Studio refuses a file with a name that is not an email address
        annotation["completed_by"] = {"email": answer.annotator}
    if answer.at is not None:
        annotation["created_at"] = answer.at.isoformat()
    return {"data": {_FIRST_FIELD: text.text, "meta": dict(text.meta)}, "annotations": [annotation]}


def _result(start: int, end: int, label: str, text: str, n: int) -> dict[str, Any]:
    value = {"start": start, "end": end, "text": text[start:end], "labels": [label]}
    return {"id": f"span{n}", "from_name": "label", "to_name": "text", "type": "labels", "value": value}
