"""The row that Prodigy would write for an answer, with what only `loop` knows under `_loop`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from murmurhash import mrmr  # type: ignore[import-untyped]

from loop.formats.prodigy import ANSWERS, BINARY_VIEW, DEFAULTS, FROM_PRODIGY, PLAIN, VERDICTS, WHOLE_VIEW
from loop.formats.raw import Answered
from loop.former_names import STREAMS
from loop.records import Question, Span, Text


def prodigy_row(answered: Answered) -> dict[str, Any]:
    """Return an answer as a row.

    `_input_hash` is Prodigy's: the 32-bit MurmurHash3 of text="…", the text as ASCII JSON. `_task_hash` has no
    published definition; here it is the same hash over the input hash, the view and the spans asked about. An answer
    imported from Prodigy keeps its hashes.
    """
    text, answer = answered.text, answered.answer
    view = WHOLE_VIEW if answer.complete else BINARY_VIEW
    row = {
        "text": text.text,
        "meta": dict(text.meta),
        **_hashes(answered, view),
        "tokens": [
            {"text": text.text[start:end], "start": start, "end": end, "id": n, "ws": text.text[end : end + 1] == " "}
            for n, (start, end) in enumerate(answered.tokens)
        ],
        "_view_id": view,
        "spans": [_span_row(span, answered.tokens) for span in answer.spans],
        "answer": ANSWERS[answer.verdict],
        "_annotator_id": answer.annotator,
    }
    if answer.at is not None:
        row["_timestamp"] = int(answer.at.timestamp())
    return row | {"_loop": _own_row(answered)}


def _hashes(answered: Answered, view: str) -> dict[str, int]:
    kept = FROM_PRODIGY.match(answered.answer.id)
    if kept:
        return {"_input_hash": int(kept[1]), "_task_hash": int(kept[2])}
    input_hash = mrmr.hash(f"text={json.dumps(answered.text.text)}", 0)
    shown = [[span.start, span.end, span.label] for span in answered.answer.shown]
    return {"_input_hash": input_hash, "_task_hash": mrmr.hash(json.dumps([input_hash, view, shown]), 0)}


def _span_row(span: Span, tokens: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """As in Prodigy, `token_end` is inclusive and `end` exclusive."""
    row: dict[str, Any] = {"start": span.start, "end": span.end, "label": span.label}
    covered = [n for n, (start, end) in enumerate(tokens) if start < span.end and end > span.start]
    return row | ({"token_start": covered[0], "token_end": covered[-1]} if covered else {})


def _own_row(answered: Answered) -> dict[str, Any]:
    text, answer = answered.text, answered.answer
    own: dict[str, Any] = {"id": answer.id}
    if answer.at is not None:
        own["at"] = answer.at.isoformat()
    if answer.verdict not in VERDICTS.values():
        own["verdict"] = answer.verdict
    if answer.mode != "import":
        own["mode"] = answer.mode
    if answer.shown != (() if answer.complete or answer.passage else answer.spans):
        own["shown"] = [[span.start, span.end, span.label] for span in answer.shown]
    own |= {"passage": list(answer.passage)} if answer.passage else {}
    own |= {"unclear": [[one.start, one.end, one.label] for one in answer.unclear]} if answer.unclear else {}
    own |= {"adjudicates": list(answer.adjudicates)} if answer.adjudicates else {}
    own |= {"labels": list(answered.complete_for)} if answered.complete_for else {}
    own |= {"question": _question_row(answered.question)} if answered.question else {}
    own |= {name: value for name, value in _place(text).items() if value is not None}
    return own | {name: getattr(answer, name) for name in PLAIN if getattr(answer, name) != DEFAULTS[name]}


def _question_row(question: Question) -> dict[str, Any]:
    row = {name: getattr(question, name) for name in ("id", "stream", "reason", "round", "entropy")}
    # Programs that read exports of version 0.1 find the stream under its name of then, until version 0.3.
    former = {stream: name for name, stream in STREAMS.items()}
    return row | {"share": former.get(question.stream, question.stream)}


def _place(text: Text) -> dict[str, Any]:
    """The origin of the text, and its file's suggestions."""
    suggested = [{"start": span.start, "end": span.end, "label": span.label} for span in text.suggested]
    return {
        "group": text.group,
        "source": text.source or None,
        "line": text.line,
        "suggested": suggested or None,
    }
