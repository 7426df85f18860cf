"""The row that Prodigy would write for an answer, with what only `loop` knows under `_loop`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from murmurhash import mrmr  # type: ignore[import-untyped]

from loop.formats.prodigy import ANSWERS, BINARY_VIEW, DEFAULTS, FROM_PRODIGY, PLAIN, VERDICTS, WHOLE_VIEW
from loop.formats.raw import Answered
from loop.formats.shared_rows import is_about_part, sharing
from loop.former_names import STREAMS
from loop.records import Answer, Question, Span, Text


def prodigy_rows(rows: Iterable[Answered]) -> Iterator[tuple[dict[str, Any], int]]:
    """Yield the rows for these answers, and how many answers each holds."""
    return ((prodigy_row(*answers), len(answers)) for answers in sharing(rows))


def prodigy_row(*answers: Answered) -> dict[str, Any]:
    """Return an answer as a row, or all that share one; about parts of a long text without its tokens.

    `_input_hash` is Prodigy's: the 32-bit MurmurHash3 of text="…", the text as ASCII JSON. `_task_hash` has no
    published definition; here it is the same hash over the input hash, the view and the spans asked about. An answer
    imported from Prodigy keeps its hashes.
    """
    last = answers[-1]
    text, answer = last.text, last.answer
    view = WHOLE_VIEW if answer.complete else BINARY_VIEW
    tokens = () if is_about_part(last) else last.tokens
    row = {
        "text": text.text,
        "meta": dict(text.meta),
        **_hashes(answers, view),
        "tokens": [
            {"text": text.text[start:end], "start": start, "end": end, "id": n, "ws": text.text[end : end + 1] == " "}
            for n, (start, end) in enumerate(tokens)
        ],
        "_view_id": view,
        "spans": [_span_row(span, tokens) for span in all_spans(answers)],
        "answer": ANSWERS[answer.verdict],
        "_annotator_id": answer.annotator,
    }
    if is_about_part(last):
        del row["tokens"]
    if answer.at is not None:
        row["_timestamp"] = int(answer.at.timestamp())
    return row | {"_loop": _own_row(last, _place(text)) if len(answers) == 1 else _shared_row(answers)}


def all_spans(answers: Sequence[Answered]) -> list[Span]:
    """The spans of an answer, or of all that share a row, in order and each once."""
    spans = dict.fromkeys(span for one in answers for span in one.answer.spans)
    return sorted(spans) if len(answers) > 1 else list(spans)


def _hashes(answers: Sequence[Answered], view: str) -> dict[str, int]:
    kept = FROM_PRODIGY.match(answers[-1].answer.id)
    if kept and len(answers) == 1:
        return {"_input_hash": int(kept[1]), "_task_hash": int(kept[2])}
    input_hash = mrmr.hash(f"text={json.dumps(answers[-1].text.text)}", 0)
    shown = [_triple(span) for one in answers for span in one.answer.shown]
    return {"_input_hash": input_hash, "_task_hash": mrmr.hash(json.dumps([input_hash, view, shown]), 0)}


def _triple(span: Span) -> list[int | str]:
    return [span.start, span.end, span.label]


def _shared_row(answers: Sequence[Answered]) -> dict[str, Any]:
    spans = all_spans(answers)
    every = [_own_row(one, {}) | _own_spans(one.answer, spans) for one in answers]
    return _place(answers[-1].text) | {"answers": every}


def _own_spans(answer: Answer, spans: Iterable[Span]) -> dict[str, Any]:
    """The spans of an answer that shares a row, unless they are those of the row that touch its passage."""
    inside = tuple(span for span in spans if answer.passage and span.touches(answer.passage))
    is_plain = answer.passage is not None and answer.spans == inside
    return {} if is_plain else {"spans": [_triple(span) for span in answer.spans]}


def _span_row(span: Span, tokens: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """As in Prodigy, `token_end` is inclusive and `end` exclusive."""
    row: dict[str, Any] = {"start": span.start, "end": span.end, "label": span.label}
    covered = [n for n, (start, end) in enumerate(tokens) if start < span.end and end > span.start]
    return row | ({"token_start": covered[0], "token_end": covered[-1]} if covered else {})


def _own_row(answered: Answered, place: Mapping[str, Any]) -> dict[str, Any]:
    answer = answered.answer
    own: dict[str, Any] = {"id": answer.id}
    if answer.at is not None:
        own["at"] = answer.at.isoformat()
    if answer.verdict not in VERDICTS.values():
        own["verdict"] = answer.verdict
    if answer.mode != "import":
        own["mode"] = answer.mode
    if answer.shown != (() if answer.complete or answer.passage else answer.spans):
        own["shown"] = [_triple(span) for span in answer.shown]
    own |= {"passage": list(answer.passage)} if answer.passage else {}
    own |= {"unclear": [_triple(one) for one in answer.unclear]} if answer.unclear else {}
    own |= {"adjudicates": list(answer.adjudicates)} if answer.adjudicates else {}
    own |= {"labels": list(answered.complete_for)} if answered.complete_for else {}
    own |= {"question": _question_row(answered.question)} if answered.question else {}
    own |= place
    return own | {name: getattr(answer, name) for name in PLAIN if getattr(answer, name) != DEFAULTS[name]}


def _question_row(question: Question) -> dict[str, Any]:
    row = {name: getattr(question, name) for name in ("id", "stream", "reason", "round", "entropy")}
    row |= {"passage": list(question.passage)} if question.passage else {}
    # Programs that read exports of version 0.1 find the stream under its name of then, until version 0.3.
    former = {stream: name for name, stream in STREAMS.items()}
    return row | {"share": former.get(question.stream, question.stream)}


def _place(text: Text) -> dict[str, Any]:
    """The origin of the text, and its file's suggestions."""
    suggested = [{"start": span.start, "end": span.end, "label": span.label} for span in text.suggested]
    place = {
        "group": text.group,
        "source": text.source or None,
        "line": text.line,
        "suggested": suggested or None,
    }
    return {name: value for name, value in place.items() if value is not None}
