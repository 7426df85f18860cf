from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_sources import source_of

from loop.errors import InputError
from loop.formats.jsonl import read_jsonl
from loop.formats.raw import RawText
from loop.records import Span

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def rows_of(*lines: str | dict[str, Any], text_field: str = "text") -> list[RawText]:
    written = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    return list(read_jsonl(source_of("\n".join(written), "f.jsonl"), text_field=text_field))


def refusal(*lines: str | dict[str, Any]) -> str:
    with pytest.raises(InputError) as caught:
        rows_of(*lines)
    return str(caught.value)


def test_a_row_is_its_text_its_spans_and_its_meta() -> None:
    spans = [{"start": 4, "end": 5, "label": "B"}, {"start": 0, "end": 3, "label": "A", "text": "one"}]

    rows = rows_of(
        {"text": "one 2", "spans": spans, "meta": {"id": 7}}, {"text": "none", "spans": []}, " ", {"text": "unknown"}
    )

    assert [
        ("one 2", 1, {"id": 7}, (Span(0, 3, "A"), Span(4, 5, "B"))),
        ("none", 2, {}, ()),
        ("unknown", 4, {}, None),
    ] == [(raw.text, raw.line, raw.meta, raw.spans) for raw in rows]


def test_a_row_with_spans_has_a_key_that_its_order_of_fields_does_not_change() -> None:
    span = {"start": 0, "end": 3, "label": "A"}
    keys = [
        raw.key for raw in rows_of({"text": "one", "spans": [span]}, {"spans": [span], "text": "one"}, {"text": "one"})
    ]

    assert keys[0] == keys[1] != ""
    assert "" == keys[2]


def test_fields_beside_the_text_join_the_meta() -> None:
    row = {"body": "a", "text": "b", "patient": 3, "meta": {"x": 1}}

    assert [RawText("a", "f.jsonl", 1, {"text": "b", "patient": 3, "x": 1})] == rows_of(row, text_field="body")


def test_offsets_count_characters_also_beyond_the_first_plane() -> None:
    row = {"text": "🎉 Ann", "spans": [{"start": 2, "end": 5, "label": "A", "text": "Ann"}]}

    assert (Span(2, 5, "A"),) == rows_of(row)[0].spans


def test_a_span_given_twice_counts_once() -> None:
    span = {"start": 0, "end": 3, "label": "A"}

    assert (Span(0, 3, "A"),) == rows_of({"text": "one", "spans": [span, span]})[0].spans


def test_spans_that_touch_do_not_overlap() -> None:
    spans = [{"start": 0, "end": 1, "label": "A"}, {"start": 1, "end": 2, "label": "A"}]

    assert 2 == len(rows_of({"text": "ab", "spans": spans})[0].spans or ())


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("id,text", "is not valid JSON: Expecting value (column 1)"),
        ('{"text": "secret', "is not valid JSON"),
        ("[1]", "is not a JSON object"),
        ("3", "is not a JSON object"),
        ("[" * 100_000, "too deeply nested"),
        ('{"text": "secret", "meta": {"score": NaN}}', "NaN"),
        ('{"text": "secret", "meta": {"score": 1e999}}', "infinite number"),
        ('{"text": "secret", "n": ' + "9" * 5000 + "}", "infinite number"),
        ('{"text": "secret \\ud800"}', "half of a surrogate pair"),
        ('{"text": "secret", "meta": {"\\uDFFF": 1}}', "half of a surrogate pair"),
        ('{"text": "secret \\u0000"}', "NUL"),
        ('{"body": "secret"}', "has no text in the field text"),
        ('{"text": null}', "has no text in the field text"),
        ('{"text": "secret", "meta": ["secret"]}', "its meta is not a JSON object"),
        ('{"text": "secret", "spans": {"start": 0}}', "its spans are not a list"),
        ('{"text": "secret", "spans": [3]}', "span 1 is not a JSON object"),
        ('{"text": "secret", "spans": [{"start": "0", "end": 2, "label": "A"}]}', "span 1 has no whole numbers"),
        ('{"text": "secret", "spans": [{"start": false, "end": 2, "label": "A"}]}', "span 1 has no whole numbers"),
        ('{"text": "secret", "spans": [{"start": 0, "end": 2.0, "label": "A"}]}', "span 1 has no whole numbers"),
        ('{"text": "secret", "spans": [{"start": -2, "end": 2, "label": "A"}]}', "span 1 goes from -2 to 2 in"),
        ('{"text": "secret", "spans": [{"start": 3, "end": 2, "label": "A"}]}', "span 1 goes from 3 to 2 in"),
        ('{"text": "secret", "spans": [{"start": 2, "end": 2, "label": "A"}]}', "span 1 goes from 2 to 2 in"),
        ('{"text": "secret", "spans": [{"start": 0, "end": 7, "label": "A"}]}', "in a text of 6 characters"),
        ('{"text": "secret", "spans": [{"start": 0, "end": 2}]}', "span 1 has no label"),
        ('{"text": "secret", "spans": [{"start": 0, "end": 2, "label": ""}]}', "span 1 has no label"),
        ('{"text": "secret", "spans": [{"start": 0, "end": 2, "label": "A\\u001b"}]}', "span 1 has no label"),
        ('{"text": "secret", "spans": [{"start": 0, "end": 2, "label": "A", "text": "ec"}]}', "the text of span 1"),
    ],
)
def test_a_bad_line_is_named_and_nothing_of_it_is_shown(line: str, words: str) -> None:
    said = refusal({"text": "fine"}, line)

    assert said.startswith("f.jsonl, line 2: ")
    assert words in said
    assert "secret" not in said


def test_overlapping_spans_are_refused() -> None:
    spans = [{"start": 2, "end": 5, "label": "A"}, {"start": 0, "end": 3, "label": "A"}]

    assert "the spans 0-3 and 2-5 overlap" in refusal({"text": "secret", "spans": spans})


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")), st.dictionaries(st.text(), values))
def test_any_text_and_meta_is_read_as_written(text: str, meta: dict[str, Any]) -> None:
    raw = rows_of({"text": text, "meta": meta})[0]

    assert (text, meta) == (raw.text, raw.meta)
