from __future__ import annotations

import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_answers import NLP, answers
from made_sources import source_of

from loop.formats import Answered, RawText, get_reader, get_writer
from loop.intake import docbin  # noqa: F401 (it registers the format spacy)
from loop.records import Answer, Span, Text

# Formats that hold all that loop knows of an answer, and those that hold its text and spans.
WHOLE = ("jsonl", "json", "csv", "tsv", "parquet")
SPANS = ("doccano", "label-studio")
COLUMNS = ("conll", "biluo", "iob")
EVERY = (*WHOLE, *SPANS, *COLUMNS, "spacy", "txt")


def written(rows: list[Answered], format: str) -> bytes:
    out = io.BytesIO()
    get_writer(format)(rows, out)
    return out.getvalue()


def read_again(rows: list[Answered], format: str) -> list[RawText]:
    return list(get_reader(format)(source_of(written(rows, format)), text_field="text"))


def as_answered(raw: RawText, tokens: object) -> Answered:
    """What was read, with the ids that the store would give."""
    assert raw.answer is not None
    source, line = raw.origin or ("", None)
    text = Text(1, raw.text, 0, raw.group, raw.meta, raw.suggested, source, line)
    return Answered(text, replace(raw.answer, text_id=1), tokens, raw.question)  # type: ignore[arg-type]


@given(rows=st.lists(answers(), max_size=3))
def test_answers_come_back_whole(rows: list[Answered]) -> None:
    for format in WHOLE:
        again = read_again(rows, format)

        assert rows == [as_answered(raw, row.tokens) for raw, row in zip(again, rows, strict=True)], format


@given(rows=st.lists(answers(), max_size=3))
def test_a_docbin_brings_back_every_answer_that_names_spans(rows: list[Answered]) -> None:
    partial_rejects = [row for row in rows if row.answer.verdict == "reject" and not row.answer.complete]
    held = [row for row in rows if row.answer.verdict == "accept" or row in partial_rejects]
    again = read_again(rows, "spacy")

    assert held == [as_answered(raw, row.tokens) for raw, row in zip(again, held, strict=True)]


@given(rows=st.lists(answers(complete=True), max_size=3))
def test_other_programs_formats_bring_back_text_spans_and_meta(rows: list[Answered]) -> None:
    for format in SPANS:
        again = read_again(rows, format)

        assert [(row.text.text, row.answer.spans, row.text.meta) for row in rows] == [
            (raw.text, raw.spans, raw.meta) for raw in again
        ], format


def on_words(row: Answered) -> tuple[list[str], list[tuple[int, int, str]]]:
    """The words of a text, and its spans counted in words."""
    words = [(start, end) for start, end in row.tokens if row.text.text[start:end].strip()]
    spans = [(at(words, span.start, 0), at(words, span.end, 1), span.label) for span in row.answer.spans]
    return [row.text.text[start:end] for start, end in words], spans


def at(words: list[tuple[int, int]], offset: int, edge: int) -> int:
    return next(n for n, word in enumerate(words) if word[edge] == offset)


@given(rows=st.lists(answers(complete=True), max_size=3))
def test_columns_bring_back_words_and_the_spans_on_them(rows: list[Answered]) -> None:
    held = [row for row in rows if all(word.split() == [word] for word in on_words(row)[0])]
    places = {group: n for n, group in enumerate(dict.fromkeys(row.text.group for row in held))}
    held.sort(key=lambda row: places[row.text.group])  # a group is written in one piece
    for format in COLUMNS:
        again = [between_blanks(raw) for raw in read_again(rows, format)]

        assert [on_words(row) for row in held] == [on_words(row) for row in again], format


def between_blanks(raw: RawText) -> Answered:
    """What was read, its words as tokens."""
    words = raw.text.split(" ")
    ends = [len(" ".join(words[: n + 1])) for n in range(len(words))]
    tokens = [(end - len(word), end) for word, end in zip(words, ends, strict=True)]
    return Answered(Text(1, raw.text), Answer("x", 1, "", "accept", raw.spans or ()), tokens)


@given(rows=st.lists(answers(), max_size=3))
def test_plain_text_brings_back_each_text_that_fits_a_line_once(rows: list[Answered]) -> None:
    texts = dict.fromkeys(row.text.text for row in rows)
    fit = [text for text in texts if "\n" not in text and not text.endswith("\r") and not text.startswith("\ufeff")]

    assert fit == [raw.text for raw in read_again(rows, "txt")]


@given(rows=st.lists(answers(), max_size=2))
def test_the_same_answers_give_the_same_bytes(rows: list[Answered]) -> None:
    for format in EVERY:
        assert written(rows, format) == written(rows, format), format


@pytest.mark.parametrize("format", EVERY)
def test_no_answers_make_a_file_that_can_be_read(format: str) -> None:
    assert [] == read_again([], format)


@pytest.mark.parametrize(
    ("format", "held"),
    [("conll", 1), ("biluo", 1), ("doccano", 1), ("label-studio", 2), ("spacy", 3), ("txt", 5), ("jsonl", 5)],
)
def test_a_writer_says_how_many_answers_its_format_can_hold(format: str, held: int) -> None:
    span = (Span(0, 3, "A"),)
    said = [
        Answer("1", 1, "", "accept", span),
        Answer("2", 1, "", "accept", span, complete=False),
        Answer("3", 1, "", "reject", span, complete=False),
        Answer("4", 1, "", "reject", span),
        Answer("5", 1, "", "skip"),
    ]
    rows = [Answered(Text(1, "one two"), answer, ((0, 3), (4, 7))) for answer in said]

    assert held == get_writer(format)(rows, io.BytesIO())


def test_a_docbin_is_what_spacy_trains_on() -> None:
    from spacy.tokens import DocBin

    text, tokens = Text(1, "one two three"), ((0, 3), (4, 7), (8, 13))
    said = [
        Answer("1", 1, "", "accept", (Span(0, 3, "A"),)),
        Answer("2", 1, "", "accept", (Span(4, 7, "A"),), complete=False),
        Answer("3", 1, "", "reject", (Span(4, 13, "A"),), complete=False),
    ]
    content = written([Answered(text, answer, tokens) for answer in said], "spacy")
    docs = list(DocBin().from_bytes(content).get_docs(NLP.vocab))

    assert ["one two three"] * 3 == [doc.text for doc in docs]
    assert [["B", "O", "O"], ["", "B", ""], ["", "", ""]] == [[token.ent_iob_ for token in doc] for doc in docs]
    assert [(1, 3, "A")] == [(span.start, span.end, span.label_) for span in docs[2].spans["incorrect_spans"]]


def test_a_docbin_made_by_others_says_what_its_marks_say() -> None:
    from spacy.tokens import DocBin

    docs = [NLP("one two") for _ in range(3)]
    docs[0].set_ents([docs[0].char_span(0, 3, "A")])
    docs[1].set_ents([docs[1].char_span(4, 7, "A")], default="missing")
    found = list(get_reader("spacy")(source_of(DocBin(docs=docs).to_bytes()), text_field="text"))

    assert [(1, (Span(0, 3, "A"),), None), (2, (Span(4, 7, "A"),), False), (3, None, None)] == [
        (raw.line, raw.spans, raw.answer and raw.answer.complete) for raw in found
    ]
