from __future__ import annotations

import json
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.errors import InputError
from loop.formats import RawText, read, read_all, read_gold

FORMATS = ("jsonl", "json", "csv", "txt", "conll", "parquet", "doccano", "label-studio")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", '{"text": "one"}\n'),
        ("a.ndjson", '{"text": "one"}\n'),
        ("a.JSONL", '{"text": "one"}\n'),
        ("a.csv", "n,text\n1,one\n"),
        ("a.tsv", "n\ttext\n1\tone\n"),
        ("a.txt", "one\n"),
        ("a.log", "\n\none\n"),
        ("a", ' \n {"text": "one"}\n'),
        ("line\nbreak.txt", "one\n"),
    ],
)
def test_the_ending_or_else_the_first_line_tells_the_format(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content)

    assert ["one"] == [raw.text for raw in read(tmp_path / name)]


@pytest.mark.parametrize(("format", "content"), [("txt", "one\n"), ("csv", "text\none\n"), ("jsonl", '{"text":"one"}')])
def test_a_format_that_is_said_overrules_the_ending(tmp_path: Path, format: str, content: str) -> None:
    (tmp_path / "a.pdf").write_text(content)

    assert ["one"] == [raw.text for raw in read(tmp_path / "a.pdf", format=format)]


def test_a_jsonl_that_is_a_csv_is_refused_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("id,text\n1,secret\n")

    with pytest.raises(InputError, match=r"a\.jsonl, line 1: is no JSON") as caught:
        list(read(tmp_path / "a.jsonl"))

    assert "--format" in caught.value.hint


def test_an_empty_file_holds_no_texts(tmp_path: Path) -> None:
    (tmp_path / "a").touch()

    assert [] == list(read(tmp_path / "a"))


def test_several_files_are_read_in_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt"):
        (tmp_path / name).write_text(name)

    assert ["b.txt", "a.txt"] == [raw.text for raw in read_all([tmp_path / "b.txt", tmp_path / "a.txt"])]


def test_gold_texts_are_those_of_which_every_span_is_known(tmp_path: Path) -> None:
    (tmp_path / "g.jsonl").write_text(
        '{"text": "plain", "spans": []}\n'
        '{"text": "skipped", "spans": [], "answer": "ignore"}\n'
        '{"text": "partial", "_view_id": "ner", "answer": "accept", "spans": [{"start": 0, "end": 2, "label": "A"}]}\n'
        '{"text": "answered", "answer": "accept"}\n'
    )

    assert ["plain", "answered"] == [raw.text for raw in read_gold(tmp_path / "g.jsonl")]


@pytest.mark.parametrize(
    ("content", "words"),
    [('{"text": "a", "spans": []}\n{"text": "a"}\n', "line 2: has no spans"), ("", "holds no text")],
)
def test_a_gold_file_that_says_nothing_about_spans_is_refused(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "g.jsonl").write_text(content)

    with pytest.raises(InputError, match=words):
        read_gold(tmp_path / "g.jsonl")


spans = st.fixed_dictionaries(
    {"start": st.integers(-2, 12), "end": st.integers(-2, 25), "label": st.sampled_from(["A", "B", "", "C D"])},
    optional={"answer": st.sampled_from(["accept", "reject"])},
)
rows = st.fixed_dictionaries(
    {"text": st.text(max_size=20)},
    optional={
        "spans": st.lists(spans, max_size=4),
        "answer": st.sampled_from(["accept", "reject", "ignore", "", None]),
        "meta": st.none() | st.dictionaries(st.text(), st.floats() | st.text()),
        "_view_id": st.sampled_from(["ner", "ner_manual", 3]),
        "_loop": st.dictionaries(st.sampled_from(["id", "verdict", "round", "shown"]), st.integers() | st.text()),
        "_timestamp": st.floats() | st.text(),
    },
)


@given(st.binary(max_size=80) | rows.map(lambda row: json.dumps(row).encode()), st.sampled_from(FORMATS))
def test_any_bytes_are_read_right_or_refused_by_line(content: bytes, format: str) -> None:
    with NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        found, refused = all_of(file.name, format)

    assert refused is None or file.name in refused
    for raw in found:
        raw.text.encode()
        json.dumps(raw.meta, allow_nan=False)
        assert all(0 <= span.start < span.end <= len(raw.text) and span.label for span in raw.spans or ())
        assert raw.answer is None or set(raw.answer.spans) <= set(raw.spans or ())


def all_of(name: str, format: str) -> tuple[list[RawText], str | None]:
    """The texts of a file up to its first bad line, and what was said about that line."""
    found = []
    try:
        for raw in read(name, format=format):
            found.append(raw)
    except InputError as error:
        return found, str(error)
    return found, None
