from __future__ import annotations

import json
from datetime import datetime, timezone
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_sources import source_of

from loop.errors import InputError
from loop.formats import Answered, RawText
from loop.formats.jsonl import read_jsonl
from loop.formats.prodigy_row import prodigy_row
from loop.records import Answer, Span, Text

MANUAL = {
    "text": "Uber left Rome",
    "meta": {"source": "press"},
    "_input_hash": 1886699658,
    "_task_hash": -1952856502,
    "tokens": [
        {"text": "Uber", "start": 0, "end": 4, "id": 0},
        {"text": "left", "start": 5, "end": 9, "id": 1},
        {"text": "Rome", "start": 10, "end": 14, "id": 2},
    ],
    "_session_id": None,
    "_view_id": "ner_manual",
    "spans": [{"start": 0, "end": 4, "token_start": 0, "token_end": 0, "label": "ORG"}],
    "answer": "accept",
}
BINARY = {
    "text": "From MX with love",
    "spans": [
        {"start": 5, "end": 7, "text": "MX", "rank": 0, "label": "PRODUCT", "score": 0.95, "answer": "reject"}
    ],
    "meta": {"section": "travel", "score": 0.95},
    "_input_hash": 19964311,
    "_task_hash": 1331479932,
    "answer": "reject",
}  # fmt: skip


def read_row(row: dict[str, Any]) -> RawText:
    return next(read_jsonl(source_of(json.dumps(row)), text_field="text"))


def answer_of(row: dict[str, Any]) -> Answer:
    answer = read_row(row).answer
    assert answer is not None
    return answer


def refusal(**changed: Any) -> str:
    with pytest.raises(InputError) as caught:
        read_row(MANUAL | changed)
    return str(caught.value)


def test_a_manual_row_answers_for_the_whole_text() -> None:
    answer = answer_of(MANUAL)

    assert ("accept", True, (Span(0, 4, "ORG"),), ()) == (answer.verdict, answer.complete, answer.spans, answer.shown)
    assert ("import", "", None) == (answer.mode, answer.annotator, answer.at)


@pytest.mark.parametrize(("said", "verdict"), [("accept", "accept"), ("reject", "reject"), ("ignore", "skip")])
def test_a_binary_row_answers_for_its_span_alone(said: str, verdict: str) -> None:
    row = BINARY | {"answer": said, "spans": [BINARY["spans"][0] | {"answer": said}]}  # type: ignore[index]
    span = Span(5, 7, "PRODUCT")

    assert (verdict, False, (span,), (span,)) == (
        answer_of(row).verdict, answer_of(row).complete, answer_of(row).spans, answer_of(row).shown,
    )  # fmt: skip


def test_a_new_binary_row_is_known_by_its_view() -> None:
    row = BINARY | {"_view_id": "ner", "spans": [{"start": 5, "end": 7, "label": "PRODUCT"}]}

    assert not answer_of(row).complete


def test_of_several_questions_in_one_binary_row_those_answered_like_the_row_are_kept() -> None:
    spans = [
        {"start": 0, "end": 4, "label": "A", "answer": "reject"},
        {"start": 5, "end": 7, "label": "A", "answer": "accept"},
        {"start": 0, "end": 7, "label": "A", "answer": "reject"},
    ]

    assert (Span(0, 4, "A"), Span(0, 7, "A")) == answer_of(BINARY | {"spans": spans}).spans


def test_a_row_without_spans_and_with_an_answer_says_that_there_are_none() -> None:
    row = {name: value for name, value in MANUAL.items() if name != "spans"}

    assert ((), True) == (answer_of(row).spans, answer_of(row).complete)


def test_annotator_and_time_are_taken_over() -> None:
    answer = answer_of(MANUAL | {"_annotator_id": "set-ann", "_timestamp": 1700000000})

    assert ("set-ann", datetime(2023, 11, 14, 22, 13, 20, tzinfo=timezone.utc)) == (answer.annotator, answer.at)


def test_the_same_row_always_gets_the_same_id_and_another_row_another() -> None:
    shuffled = dict(reversed(MANUAL.items()))

    assert answer_of(MANUAL).id == answer_of(shuffled).id
    assert answer_of(MANUAL).id != answer_of(MANUAL | {"answer": "ignore"}).id


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"answer": "maybe"}, "not accept, reject or ignore"),
        ({"answer": ["accept"]}, "not accept, reject or ignore"),
        ({"_loop": 3}, "_loop is not a JSON object"),
        ({"_loop": {"complete": 1}}, "_loop.complete has a wrong type"),
        ({"_loop": {"round": -1}}, "_loop.round has a wrong type or is out of range"),
        ({"_loop": {"keys": 2**70}}, "_loop.keys has a wrong type or is out of range"),
        ({"_loop": {"verdict": "retract"}}, "_loop.verdict is not one of"),
        ({"_loop": {"verdict": "reject"}}, "_loop.verdict contradicts"),
        ({"_loop": {"mode": []}}, "_loop.mode is not one of"),
        ({"_loop": {"shown": [[1, 2]]}}, "_loop.shown is not a list"),
        ({"_loop": {"shown": 3}}, "_loop.shown is not a list"),
        ({"_loop": {"id": "x" * 201}}, "_loop.id is empty, too long"),
        ({"_loop": {"id": "a\u001b"}}, "_loop.id is empty, too long or contains control"),
        ({"_loop": {"at": "yesterday"}}, "its time cannot be read"),
        ({"_loop": {"group": 3}}, "_loop.group has a wrong type"),
        ({"_loop": {"passage": [3]}}, "_loop.passage is not [start, end]"),
        ({"_loop": {"passage": [3, 3]}}, "_loop.passage is not [start, end]"),
        ({"_loop": {"passage": [0, 3], "complete": True}}, "_loop.passage belongs to an accepted answer that is not"),
        ({"_loop": {"passage": [0, 3]}, "answer": "reject"}, "_loop.passage belongs to an accepted answer"),
        ({"_loop": {"passage": [0, 999]}}, "_loop.passage ends at 999, but its text has"),
        ({"_loop": {"unclear": [3]}}, "_loop.unclear is not a list of [start, end, label]"),
        ({"_loop": {"unclear": [[3, 3, "A"]]}}, "_loop.unclear is not a list of [start, end, label]"),
        ({"_loop": {"unclear": [[0, 999, "A"]]}}, "_loop.unclear ends at 999, but its text has"),
        ({"_loop": {"unclear": [[0, 3, "A"]]}, "answer": "reject"}, "_loop.unclear belongs to an accepted answer"),
        ({"_loop": {"unclear": [[0, 3, "A"]], "complete": False}}, "_loop.unclear belongs to an accepted answer"),
        ({"_timestamp": 1e300}, "its time cannot be read"),
        ({"_timestamp": "1"}, "its time cannot be read"),
        ({"_annotator_id": 3}, "its annotator is not a text"),
        ({"_annotator_id": "a\u001b[2J"}, "its annotator is not a text"),
    ],
)
def test_a_field_that_cannot_be_meant_is_named(changed: dict[str, Any], words: str) -> None:
    assert words in refusal(**changed)


def test_a_written_row_has_what_prodigy_expects() -> None:
    text = Text(1, "Uber's left", meta={"source": "press"})
    at = datetime(2023, 11, 14, 22, 13, 20, tzinfo=timezone.utc)
    answer = Answer("x1", 1, "ann", "accept", (Span(0, 6, "ORG"),), at=at)
    row = prodigy_row(Answered(text, answer, ((0, 4), (4, 6), (7, 11))))

    assert {
        "text": "Uber's left",
        "meta": {"source": "press"},
        "tokens": [
            {"text": "Uber", "start": 0, "end": 4, "id": 0, "ws": False},
            {"text": "'s", "start": 4, "end": 6, "id": 1, "ws": True},
            {"text": "left", "start": 7, "end": 11, "id": 2, "ws": False},
        ],
        "_view_id": "ner_manual",
        "spans": [{"start": 0, "end": 6, "label": "ORG", "token_start": 0, "token_end": 1}],
        "answer": "accept",
        "_annotator_id": "ann",
        "_timestamp": 1700000000,
        "_loop": {"id": "x1", "at": "2023-11-14T22:13:20+00:00", "mode": "correct"},
    } == {name: value for name, value in row.items() if not name.endswith("_hash")}


def test_the_input_hash_is_the_one_that_prodigy_gives_the_text() -> None:
    # From a row of the news headlines that Prodigy's makers publish (MIT).
    text = Text(1, "Uber’s Lesson: Silicon Valley’s Start-Up Machine Needs Fixing")

    assert 1886699658 == prodigy_row(Answered(text, Answer("x", 1, "a", "accept"), ()))["_input_hash"]


def test_the_task_hash_tells_questions_apart_and_not_answers() -> None:
    text, span = Text(1, "ab cd"), Span(0, 2, "A")
    hashes = [
        prodigy_row(Answered(text, answer, ()))["_task_hash"]
        for answer in (
            Answer("1", 1, "a", "accept", (span,)),
            Answer("2", 1, "b", "skip"),
            Answer("3", 1, "a", "accept", (span,), shown=(span,)),
            Answer("4", 1, "a", "accept", (span,), shown=(span,), complete=False),
        )
    ]

    assert hashes[0] == hashes[1]
    assert 3 == len(set(hashes))


def test_an_answer_that_came_from_prodigy_keeps_its_hashes() -> None:
    raw = read_row(BINARY)
    assert raw.answer is not None
    row = prodigy_row(Answered(Text(1, raw.text, meta=raw.meta), raw.answer, ((0, 4), (5, 7), (8, 12), (13, 17))))

    assert (19964311, 1331479932, "ner", "reject") == (
        row["_input_hash"], row["_task_hash"], row["_view_id"], row["answer"],
    )  # fmt: skip


labels = st.sampled_from(["A", "B"])
utc = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(timezone.utc))


@st.composite
def answered(draw: st.DrawFn) -> Answered:
    content = draw(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
    edges = sorted(draw(st.sets(st.integers(0, len(content)), max_size=6)))
    spans = tuple(Span(start, end, draw(labels)) for start, end in zip(edges[::2], edges[1::2], strict=False))
    complete = draw(st.booleans())
    text = Text(
        1, content, group=draw(st.none() | st.text(min_size=1)), meta=draw(st.just({}) | st.just({"k": [1, "ä"]}))
    )
    answer = Answer(
        id=draw(st.uuids()).hex,
        text_id=1,
        annotator=draw(st.sampled_from(["", "ann", "bo b"])),
        verdict=draw(st.sampled_from(["accept", "reject", "skip", "unusable"])),
        spans=spans,
        shown=spans if draw(st.booleans()) else spans[:1],
        complete=complete,
        mode=draw(st.sampled_from(["correct", "teach", "manual", "import"])),
        adjudicates=draw(st.sampled_from([(), ("x", "y")])),
        round=draw(st.integers(0, 99)),
        held_out=draw(st.booleans()),
        flag=draw(st.booleans()),
        memo=draw(st.text()),
        reason=draw(st.text()),
        guideline_hash=draw(st.text(max_size=5)),
        seconds=draw(st.floats(0, 1e6)),
        keys=draw(st.integers(0, 10**6)),
        at=draw(st.none() | utc),
    )
    return Answered(text, answer, tuple(pairwise(edges)))


@given(answered())
def test_what_is_written_read_again_is_equal(written: Answered) -> None:
    raw = read_row(prodigy_row(written))
    assert raw.answer is not None
    again = Answered(
        Text(1, raw.text, group=raw.group, meta=raw.meta),
        Answer(**{name: getattr(raw.answer, name) for name in Answer.__slots__} | {"text_id": 1}),
        written.tokens,
    )

    assert written == again
