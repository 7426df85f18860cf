"""Tasks of Label Studio's JSON: several annotations of a text, and predictions.

Label Studio counts characters since 2021; before, it counted UTF-16 units, as JavaScript does. The text that it writes
beside the offsets tells which.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from loop.formats.raw import Answered, BadRowError

_ANNOTATIONS = ("annotations", "completions")
_FIRST_FIELD = "text"


def is_label_studio(row: Mapping[str, Any]) -> bool:
    """Whether a row is a task of Label Studio."""
    lists = (*_ANNOTATIONS, "predictions")
    return isinstance(row.get("data"), dict) and any(isinstance(row.get(name), list) for name in lists)


def from_label_studio(task: Mapping[str, Any], text_field: str) -> Iterator[dict[str, Any]]:
    """Yield a row as Prodigy would write it for each annotation; the text alone where there is none.

    The last prediction becomes what is suggested; a cancelled annotation is one that was skipped.

    Raises:
        BadRowError: an annotation is of another shape.
    """
    data = dict(task["data"])
    text = data.pop(text_field, None)
    if not isinstance(text, str):
        hint = "Say which field of the data holds the texts with --text-field NAME."
        raise BadRowError(f"has no text in a field {text_field}.", hint)
    meta = data.pop("meta", None)
    meta = (meta if isinstance(meta, dict) else {}) | data | ({"id": task["id"]} if "id" in task else {})
    predicted = _objects(task.get("predictions"))
    own = {"suggested": _spans(predicted[-1].get("result"), text)} if predicted else {}
    bare = {text_field: text, "meta": meta} | ({"_loop": own} if own else {})
    annotations = [each for name in _ANNOTATIONS for each in _objects(task.get(name))]
    for annotation in annotations:
        yield bare | _answer(annotation, text, own)
    if not annotations:
        yield bare


def _objects(value: Any) -> list[Mapping[str, Any]]:
    if value is not None and not (isinstance(value, list) and all(isinstance(each, Mapping) for each in value)):
        raise BadRowError("its annotations or predictions are no list of JSON objects.")
    return list(value or ())


def _answer(annotation: Mapping[str, Any], text: str, own: Mapping[str, Any]) -> dict[str, Any]:
    who, at = annotation.get("completed_by"), annotation.get("created_at")
    if isinstance(who, Mapping):
        who = who.get("email") or who.get("id")
    more = dict(own) | ({"at": at.replace("Z", "+00:00")} if isinstance(at, str) else {})
    seconds = annotation.get("lead_time")
    if type(seconds) is float and 0 <= seconds < 1e9:
        more["seconds"] = seconds
    return {
        "spans": _spans(annotation.get("result"), text),
        "answer": "ignore" if annotation.get("was_cancelled") else "accept",
        "_annotator_id": "" if who is None else str(who),
    } | ({"_loop": more} if more else {})


def _spans(result: Any, text: str) -> list[dict[str, Any]]:
    return [span for each in _objects(result) if each.get("type") == "labels" for span in _labelled(each, text)]


def _labelled(result: Mapping[str, Any], text: str) -> Iterator[dict[str, Any]]:
    value = result.get("value")
    if not isinstance(value, Mapping) or not isinstance(value.get("labels"), list):
        raise BadRowError("a result has no value with labels.")
    start, end, covered = value.get("start"), value.get("end"), value.get("text")
    if type(start) is int and type(end) is int and isinstance(covered, str) and text[start:end] != covered:
        start, end = _characters(text, start), _characters(text, end)
    for label in value["labels"]:
        yield {"start": start, "end": end, "label": label} | ({"text": covered} if isinstance(covered, str) else {})


def _characters(text: str, units: int) -> int:
    """How many characters the first UTF-16 units of a text are."""
    return len(text.encode("utf-16-le")[: 2 * max(units, 0)].decode("utf-16-le", "ignore"))


def to_label_studio(answered: Answered) -> dict[str, Any] | None:
    """Return a complete answer as a task with one annotation, None for any other answer but a skipped one."""
    answer, text = answered.answer, answered.text
    if not answer.complete or answer.verdict not in ("accept", "skip"):
        return None
    annotation: dict[str, Any] = {
        "result": [_result(span.start, span.end, span.label, text.text, n) for n, span in enumerate(answer.spans)],
        "was_cancelled": answer.verdict == "skip",
        "lead_time": answer.seconds,
    }
    if "@" in answer.annotator:  # a name that is no address makes Label Studio refuse the file
        annotation["completed_by"] = {"email": answer.annotator}
    if answer.at is not None:
        annotation["created_at"] = answer.at.isoformat()
    return {"data": {_FIRST_FIELD: text.text, "meta": dict(text.meta)}, "annotations": [annotation]}


def _result(start: int, end: int, label: str, text: str, n: int) -> dict[str, Any]:
    value = {"start": start, "end": end, "text": text[start:end], "labels": [label]}
    return {"id": f"span{n}", "from_name": "label", "to_name": "text", "type": "labels", "value": value}
