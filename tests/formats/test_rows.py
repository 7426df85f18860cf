from __future__ import annotations

import json
from typing import Any

import pytest
from made_sources import source_of

from loop.errors import InputError
from loop.formats import RawText, get_reader
from loop.records import Span

TASK: dict[str, Any] = {
    "id": 7,
    "data": {"text": "🎉 Ann met Bob", "ward": "B"},
    "annotations": [
        {
            "completed_by": {"email": "ann@example.org"},
            "created_at": "2026-01-02T03:04:05.678Z",
            "lead_time": 2.5,
            "result": [
                {"type": "labels", "value": {"start": 2, "end": 5, "text": "Ann", "labels": ["A"]}},
                {"type": "choices", "value": {"choices": ["x"]}},
            ],
        },
        {"completed_by": 3, "was_cancelled": True, "result": []},
    ],
    "predictions": [{"result": [{"type": "labels", "value": {"start": 10, "end": 13, "labels": ["B"]}}]}],
}


def read(*rows: Any, format: str = "json") -> list[RawText]:
    return list(get_reader(format)(source_of(json.dumps(rows), "f.json"), text_field="text"))


def refusal(row: Any) -> str:
    with pytest.raises(InputError) as caught:
        read(row)
    return str(caught.value)


def test_a_task_of_label_studio_is_an_answer_for_each_annotation() -> None:
    first, second = read(TASK)
    assert first.answer is not None
    assert second.answer is not None

    assert ((Span(2, 5, "A"),), "ann@example.org", 2.5, "accept") == (
        first.spans, first.answer.annotator, first.answer.seconds, first.answer.verdict,
    )  # fmt: skip
    assert ("skip", "3") == (second.answer.verdict, second.answer.annotator)
    assert {"id": 7, "ward": "B"} == first.meta
    assert (Span(10, 13, "B"),) == first.suggested


def test_predictions_alone_are_no_answer() -> None:
    (raw,) = read(TASK | {"annotations": []})

    assert (None, None, (Span(10, 13, "B"),)) == (raw.answer, raw.spans, raw.suggested)


def test_offsets_in_utf16_units_are_converted_where_the_text_shows_it() -> None:
    value = {"start": 3, "end": 6, "text": "Ann", "labels": ["A"]}
    (raw,) = read(TASK | {"annotations": [{"result": [{"type": "labels", "value": value}]}]})

    assert (Span(2, 5, "A"),) == raw.spans


@pytest.mark.parametrize(
    "row",
    [
        {"text": "Ann left", "label": [[0, 3, "A"]]},
        {"text": "Ann left", "labels": [[0, 3, "A"]]},
        {"text": "Ann left", "entities": [[0, 3, "A"]]},
        {
            "text": "Ann left",
            "entities": [{"id": 1, "label": "A", "start_offset": 0, "end_offset": 3}],
            "relations": [],
        },
        {"text": "Ann left", "spans": [{"start": 0, "end": 3, "label": "A"}]},
    ],
)
def test_spans_are_known_under_every_name(row: dict[str, Any]) -> None:
    (raw,) = read(row)

    assert ((Span(0, 3, "A"),), {}) == (raw.spans, raw.meta)


@pytest.mark.parametrize("own", [{"label": "good"}, {"label": ["good"]}, {"answer": "42"}])
def test_a_label_or_an_answer_of_the_users_own_is_meta(own: dict[str, Any]) -> None:
    (raw,) = read({"text": "a"} | own)

    assert (None, None, own) == (raw.answer, raw.spans, raw.meta)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (TASK | {"data": {"body": "secret"}}, "has no text in a field text"),
        (TASK | {"annotations": [3]}, "no list of JSON objects"),
        (TASK | {"annotations": [{"result": [{"type": "labels", "value": {}}]}]}, "no value with labels"),
        ({"text": "secret", "label": [[0, 99, "A"]]}, "in a text of 6 characters"),
        ({"text": "secret", "entities": [[2, 1, "A"]]}, "goes from 2 to 1"),
        ({"text": "secret", "spans": [], "_loop": {"question": 3}}, "_loop.question is no JSON object"),
        ({"text": "secret", "spans": [], "_loop": {"question": {"share": "x"}}}, "_loop.question.id"),
        ({"text": "secret", "spans": [], "_loop": {"source": 3}}, "_loop.source or _loop.line"),
        ({"text": "secret", "spans": [], "_loop": {"suggested": [{"start": 0}]}}, "no whole numbers"),
    ],
)
def test_what_cannot_be_meant_is_named_and_not_shown(row: dict[str, Any], words: str) -> None:
    said = refusal(row)

    assert "f.json, line 1" in said
    assert words in said
    assert "secret" not in said


def test_rows_of_a_list_are_named_by_the_line_they_begin_in() -> None:
    content = '[\n {"text": "a"},\n\n {"text":\n  "b"}, {"text": "c"}\n]\n'
    found = get_reader("json")(source_of(content), text_field="text")

    assert [("a", 2), ("b", 4), ("c", 5)] == [(raw.text, raw.line) for raw in found]
