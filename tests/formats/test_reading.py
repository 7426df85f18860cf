from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import re
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_sources import source_of

from loop.errors import InputError, LoopError
from loop.formats import Answered, RawText, files_of, get_reader, get_writer, read, read_all, read_gold, write
from loop.intake import docbin  # noqa: F401 (it registers the format spacy)
from loop.records import Answer, Span, Text

FORMATS = ("jsonl", "json", "csv", "txt", "conll", "parquet", "spacy", "doccano", "label-studio")


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
        ("a.json", '[{"text": "one"}]'),
        ("a.json", '{"text": "one"}\n'),
        ("a.json", '{\n "text":\n"one"}'),
        ("a.jsonl", ' [\n{"text": "one"}\n]'),
        ("a.jsonl", '{\n "text":\n"one"}'),
        ("a.json", '[\n [\n  "one",\n  {"entities": []}\n ]\n]'),
        ("a", '{"text": "one", "meta": {\n}}\n'),
        ("a", '[{"text": "one"}]'),
        ("a", "n,text\n1,one\n"),
        ("a", "one NN O\n"),
        ("a.iob2", "one O\n"),
        ("a.conllu", "one O\n"),
        ("text.txt", "one\n"),
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

    with pytest.raises(InputError, match=r"a\.jsonl, line 1: is not valid JSON") as caught:
        list(read(tmp_path / "a.jsonl"))

    assert "--format" in caught.value.hint


@pytest.mark.parametrize("content", ["[deleted]\n", "[[Rome]] burns\n", "text\n", "a, b\n", "so do I\n", "x^2\n"])
def test_what_only_looks_like_another_format_is_text(tmp_path: Path, content: str) -> None:
    (tmp_path / "a").write_text(content)

    assert [content.strip()] == [raw.text for raw in read(tmp_path / "a")]


@pytest.mark.parametrize("name", ["a.parquet", "a.spacy", "a.txt"])
def test_parquet_and_docbin_are_known_by_their_first_bytes(tmp_path: Path, name: str) -> None:
    for format in ("parquet", "spacy"):
        write([Answered(Text(1, "one"), Answer("x", 1, "a", "accept"), ((0, 3),))], tmp_path / name, format=format)

        assert ["one"] == [raw.text for raw in read(tmp_path / name)]


def test_a_packed_file_is_told_by_the_name_below(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"text\none\n"))

    assert ["one"] == [raw.text for raw in read(tmp_path / "a.csv.gz")]


def test_a_format_that_nobody_registered_is_refused_with_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "a").touch()

    with pytest.raises(LoopError, match="no format 'doc'") as caught:
        list(read(tmp_path / "a", format="doc"))

    assert "jsonl" in caught.value.hint


def test_patterns_of_files_are_filled_in_sorted_unless_a_file_has_that_very_name(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "c.csv", "[x].txt", "x.txt"):
        (tmp_path / name).write_text(name)

    assert ["[x].txt", "a.txt", "b.txt", "x.txt"] == [Path(file).name for file in files_of([str(tmp_path / "*.txt")])]
    assert ["[x].txt"] == [Path(file).name for file in files_of([str(tmp_path / "[x].txt")])]
    with pytest.raises(InputError, match="cannot be read"):
        list(read_all([str(tmp_path / "*.doc")]))


def test_the_example_in_the_documentation_works() -> None:
    document = (Path(__file__).parents[2] / "docs" / "formats.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", document, flags=re.DOTALL)
    exec(example, {})
    found = get_reader("shout")(source_of("one\ntwo\n"), text_field="text")
    out = io.BytesIO()
    row = Answered(Text(1, "Ann left"), Answer("x", 1, "a", "accept", (Span(0, 3, "A"),)), ())

    assert ["ONE", "TWO"] == [raw.text for raw in found]
    assert (1, b"Ann\n") == (get_writer("names")([row], out), out.getvalue())


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
    [('{"text": "a", "spans": []}\n{"text": "a"}\n', "line 2: has no spans"), ("", "has no text")],
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


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.txt", b"%PDF-1.7", "is a PDF"),
        ("a.docx", b"PK\x03\x04", "is a zip archive"),
        ("a.ann", b"T1\tPER 0 3\tAnn\n", "contains brat annotations"),
        ("a.xml", b"<doc>Ann</doc>", "is XML"),
        ("a", b"<!DOCTYPE html>", "is HTML"),
        ("a.xml.gz", gzip.compress(b"<doc>Ann</doc>", mtime=0), "is XML"),
        ("a.ann.GZ", gzip.compress(b"T1\tPER 0 3\tAnn\n", mtime=0), "contains brat annotations"),
        ("a.docx.gz", gzip.compress(b"PK\x03\x04", mtime=0), "is a zip archive"),
        ("a.xml.bz2", bz2.compress(b"<doc>Ann</doc>"), "is packed with bzip2"),
        ("a.txt.xz", lzma.compress(b"Ann"), "is packed with xz"),
        ("a.tgz", gzip.compress(b"a.txt".ljust(257, b"\0") + b"ustar", mtime=0), "is a tar archive"),
        ("a.txt", b"Ann B-A\nleft O\n", "looks like columns"),
        ("a.tsv", b"Ann\tB-A\nleft\tO\n", "looks like columns"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_the_way_out(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(InputError, match=words) as caught:
        list(read(tmp_path / name))
    assert caught.value.hint
