from __future__ import annotations

import json
from typing import Any

import pytest
from made_sources import source_of

from loop.errors import InputError
from loop.formats import RawText, get_reader
from loop.formats.prodigy import read_question
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


def region(value: dict[str, Any], kind: str = "labels") -> dict[str, Any]:
    """A task with one annotation that has one region."""
    return TASK | {"annotations": [{"result": [{"type": kind, "value": value}]}]}


def test_offsets_of_an_older_label_studio_are_converted_where_the_text_shows_it() -> None:
    (raw,) = read(region({"start": 3, "end": 6, "text": "Ann", "labels": ["A"]}) | {"predictions": []})

    assert (Span(2, 5, "A"),) == raw.spans


HYPER = {
    "start": "/div[1]/text()[1]",
    "end": "/div[1]/text()[1]",
    "startOffset": 2,
    "endOffset": 5,
    "hypertextlabels": ["A"],
}


def test_regions_of_hypertext_are_read_by_their_global_offsets() -> None:
    (raw,) = read(region(HYPER | {"globalOffsets": {"start": 2, "end": 5}, "text": "Ann"}, "hypertextlabels"))

    assert (Span(2, 5, "A"),) == raw.spans


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (HYPER, "🎉 Ann met Bob"),
        (HYPER | {"globalOffsets": {"start": 0, "end": 3}}, "<p>Ann</p> met Bob"),
        (HYPER | {"globalOffsets": {"start": 0, "end": 3}, "text": "Ann"}, "<p>Ann</p> met Bob"),
    ],
)
def test_regions_of_hypertext_whose_place_in_the_source_is_not_known_are_refused(
    value: dict[str, Any], text: str
) -> None:
    said = refusal(region(value, "hypertextlabels") | {"data": {"text": text}, "predictions": []})

    assert "no offsets (globalOffsets) that match its text" in said or "is not at its offsets" in said


SPAN = {"start": 0, "end": 3, "label": "A"}
OTHERS: list[dict[str, Any]] = [
    {"text": "Ann", "label": "TRAVEL", "answer": "accept", "_input_hash": 1, "_task_hash": 2},
    {"text": "Ann", "label": "TRAVEL", "answer": "accept", "spans": []},
    {"text": "Ann", "label": "X", "spans": [{"start": 0, "end": 3}], "answer": "accept", "_view_id": "classification"},
    {"text": "Ann", "options": [{"id": 1}], "accept": [1], "answer": "accept", "_view_id": "choice"},
    {"text": "Ann", "options": [{"id": 1}], "accept": [], "answer": "accept"},
    {"text": "Ann", "answer": "accept", "_view_id": "text"},
    {"text": "Ann", "answer": "accept", "_view_id": "blocks", "accept": [1]},
    {"text": "Ann", "label": ["sports"]},
    {"text": "Ann", "labels": ["sports", "news"]},
    {"text": "Ann", "cats": {"sports": 1}},
    TASK | {"annotations": [{"result": [{"type": "choices", "value": {"choices": ["x"]}}]}]},
    TASK | {"annotations": [{"result": [{"type": "textarea", "value": {"text": ["x"]}}]}]},
]


@pytest.mark.parametrize("row", OTHERS)
def test_a_row_about_something_else_says_nothing_about_entities(row: dict[str, Any]) -> None:
    (raw,) = read(row)

    assert ("other", None, None) == (raw.task, raw.spans, raw.answer)


@pytest.mark.parametrize(
    ("row", "task"),
    [
        ({"text": "Ann", "answer": "accept", "_view_id": "ner_manual"}, "entities"),
        ({"text": "Ann", "answer": "accept", "_view_id": "spans_manual", "spans": []}, "entities"),
        ({"text": "Ann", "answer": "accept", "_view_id": "blocks", "spans": []}, "entities"),
        (
            {"text": "Ann", "label": "A", "spans": [{"start": 0, "end": 3, "label": "A"}], "answer": "accept"},
            "entities",
        ),
        ({"text": "Ann", "spans": [], "label": "good"}, "unclear"),
        ({"text": "Ann", "label": []}, "unclear"),
        (TASK | {"annotations": [{"result": []}]}, "unclear"),
    ],
)
def test_a_row_about_entities_may_have_none(row: dict[str, Any], task: str) -> None:
    (raw,) = read(row)

    assert (task, False) == (raw.task, raw.spans is None and raw.answer is None)


@pytest.mark.parametrize("format", ["json", "jsonl"])
def test_training_data_of_spacy_2_are_rows(format: str) -> None:
    pairs = [["Ann left", {"entities": [[0, 3, "A"]]}], ["Bo", {"entities": []}], ["Cy", {"cats": {"x": 1}}]]
    content = json.dumps(pairs) if format == "json" else "\n".join(map(json.dumps, pairs))
    found = list(get_reader(format)(source_of(content, "f"), text_field="text"))

    assert [("Ann left", (Span(0, 3, "A"),), 1), ("Bo", (), 2), ("Cy", None, 3)] == [
        (raw.text, raw.spans, raw.line) for raw in found
    ]


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
        {"text": "Ann left", "label": [{"start": 0, "end": 3, "text": "Ann", "labels": ["A"]}]},
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
        (TASK | {"data": {"body": "secret"}}, "has no text in the field text"),
        (TASK | {"annotations": [3]}, "not a list of JSON objects"),
        (TASK | {"annotations": [{"result": [{"type": "labels", "value": {}}]}]}, "no value with labels"),
        ({"text": "secret", "label": [[0, 99, "A"]]}, "in a text of 6 characters"),
        ({"text": "secret", "entities": [[2, 1, "A"]]}, "goes from 2 to 1"),
        ({"text": "secret", "spans": [], "_loop": {"question": 3}}, "_loop.question is not a JSON object"),
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


def test_rows_of_a_list_without_lines_are_counted() -> None:
    found = get_reader("json")(source_of('[{"text": "a"}, {"text": "b"}]'), text_field="text")

    assert [("a", 1), ("b", 2)] == [(raw.text, raw.line) for raw in found]


def test_objects_over_several_lines_need_no_list_around_them() -> None:
    found = get_reader("json")(source_of('{\n "text": "a"\n}\n{\n "text": "b"\n}\n'), text_field="text")

    assert [("a", 1), ("b", 4)] == [(raw.text, raw.line) for raw in found]


def test_what_follows_the_first_object_is_checked_too() -> None:
    with pytest.raises(InputError, match=r"f: is not valid JSON: .* \(line 4, column 2\)"):
        list(get_reader("json")(source_of('{\n "text": "a"\n}\n{]\n'), text_field="text"))


@pytest.mark.parametrize(
    ("asked", "stream"),
    [
        ({"share": "doubtful"}, "uncertain"),
        ({"share": "again"}, "repeat"),
        ({"stream": "typical"}, "typical"),
        ({}, "random"),
    ],
)
def test_a_row_of_version_0_1_tells_its_stream(asked: dict[str, str], stream: str) -> None:
    question = read_question({"_loop": {"question": {"id": "q"} | asked}}, "secret")

    assert question is not None
    assert stream == question.stream
