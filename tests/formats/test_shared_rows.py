from __future__ import annotations

import io
import json
from dataclasses import replace
from itertools import groupby

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from made_answers import NLP
from made_sources import source_of
from spacy.tokens import DocBin

from loop.alignment import filter_spans
from loop.errors import InputError
from loop.formats import Answered, RawText, get_reader, get_writer
from loop.formats.jsonl import dumped
from loop.formats.prodigy_row import prodigy_row
from loop.formats.shared_rows import LONG, sharing
from loop.intake import docbin  # noqa: F401 (it registers the format spacy)
from loop.records import Answer, Span, Text

FORMATS = ("jsonl", "json", "csv", "tsv", "parquet", "spacy")
TEXT = Text(1, "the new fork of an old brake lever " * (LONG // 30), meta={"shop": "a"}, source="f.txt", line=3)
TOKENS = [(token.idx, token.idx + len(token)) for token in NLP.tokenizer(TEXT.text)]


@st.composite
def partial_answers(draw: st.DrawFn) -> Answered:
    """An answer about a passage, or a yes or no to a span, or one that says nothing or all."""
    starts = draw(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 2)), max_size=3))
    drawn = (Span(TOKENS[n][0], TOKENS[n + more][1], draw(st.sampled_from("AB"))) for n, more in starts)
    first, last = draw(st.integers(0, 50)), draw(st.integers(0, 20))
    passage = (TOKENS[first][0], TOKENS[first + last][1]) if draw(st.booleans()) else None
    spans = tuple(span for span in filter_spans(drawn) if passage is None or span.touches(passage))
    verdict = "accept" if passage else draw(st.sampled_from(["accept", "reject", "skip"]))
    complete = passage is None and draw(st.booleans())
    who = draw(st.sampled_from(["ann", "bob"]))
    id_ = draw(st.uuids()).hex
    return Answered(TEXT, Answer(id_, 1, who, verdict, spans, complete=complete, passage=passage, mode="teach"), TOKENS)


def written(rows: list[Answered], format: str) -> bytes:
    out = io.BytesIO()
    assert len(rows) == get_writer(format)(rows, out)
    return out.getvalue()


def read_again(content: bytes, format: str) -> list[RawText]:
    return list(get_reader(format)(source_of(content), text_field="text"))


def by_annotator(answers: list[Answer]) -> dict[str, list[Answer]]:
    ordered = sorted(answers, key=lambda one: (one.annotator, one.verdict))
    return {who: list(theirs) for who, theirs in groupby(ordered, key=lambda one: one.annotator + one.verdict)}


@given(st.lists(partial_answers(), max_size=6))
def test_answers_that_share_rows_come_back_whole_and_in_the_order_of_their_annotator(rows: list[Answered]) -> None:
    for format in FORMATS[:-1]:
        again = read_again(written(rows, format), format)
        answers = [raw.answer for raw in again if raw.answer]

        assert by_annotator([row.answer for row in rows]) == by_annotator(
            [replace(one, text_id=1) for one in answers]
        ), format
        assert all((TEXT.text, TEXT.meta, ("f.txt", 3)) == (raw.text, raw.meta, raw.origin) for raw in again)


def passages(n: int, who: str = "ann") -> list[Answered]:
    """Answers about passages of eight words, each with a span."""
    found = []
    for one in range(n):
        first = TOKENS[8 * one][0]
        spans = (Span(first + 8, first + 12, "A"),)
        answer = Answer(f"{who}{one}", 1, who, "accept", spans, complete=False, passage=(first, first + 34))
        found.append(Answered(TEXT, answer, TOKENS))
    return found


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_grows_with_what_was_answered_and_not_with_the_text(format: str) -> None:
    few, many = (len(written(passages(n), format)) for n in (2, 22))

    assert (many - few) / 20 < 250
    assert [row.answer.spans for row in passages(22)] == [
        raw.answer.spans for raw in read_again(written(passages(22), format), format) if raw.answer
    ]


def test_who_reads_only_the_row_of_prodigy_finds_all_spans_of_a_person_once() -> None:
    lines = written([*passages(3), *passages(2, "bob"), *passages(5)[3:]], "jsonl").splitlines()
    ann, bob = map(json.loads, lines)

    assert (("ann", 5), ("bob", 2)) == tuple((row["_annotator_id"], len(row["spans"])) for row in (ann, bob))
    assert ("ner", "accept", False) == (ann["_view_id"], ann["answer"], "tokens" in ann)
    assert 5 == len(ann["_loop"]["answers"])


def test_spans_that_somebody_corrects_in_a_shared_row_are_those_of_its_answers() -> None:
    row = json.loads(written(passages(2), "jsonl"))
    row["spans"][1]["label"] = "B"
    one, two = read_again(json.dumps(row).encode(), "jsonl")

    assert ("A", "B") == (one.answer.spans[0].label, two.answer.spans[0].label)


def test_an_older_export_has_a_row_with_tokens_for_each_answer() -> None:
    tokens = [{"text": TEXT.text[start:end], "start": start, "end": end} for start, end in TOKENS]
    older = b"\n".join(dumped(prodigy_row(row) | {"tokens": tokens}) for row in passages(3))

    assert [replace(row.answer, text_id=0) for row in passages(3)] == [raw.answer for raw in read_again(older, "jsonl")]


def test_spacy_reads_a_doc_a_person_whose_passages_are_known_and_whose_rest_is_missing() -> None:
    (doc,) = DocBin().from_bytes(written(passages(2), "spacy")).get_docs(spacy.blank("en").vocab)

    assert ["fork", "fork"] == [span.text for span in doc.ents]
    assert ["O", "O", "B"] + ["O"] * 7 + ["B"] + ["O"] * 5 + [""] == [token.ent_iob_ for token in doc[:17]]


def test_answers_about_short_texts_have_rows_of_their_own() -> None:
    text = Text(1, TEXT.text[:LONG])
    rows = [Answered(text, row.answer, row.tokens) for row in passages(3)]

    assert [[row] for row in rows] == list(sharing(rows))


@pytest.mark.parametrize(
    "answers", [3, [3], [{}], [{"id": "a"}], [{"id": "a", "spans": [3]}], [{"id": "a", "passage": 3}]]
)
def test_shared_rows_that_make_no_sense_are_refused(answers: object) -> None:
    row = json.loads(written(passages(2), "jsonl"))
    row["_loop"]["answers"] = answers
    with pytest.raises(InputError, match=r"_loop\.answers"):
        read_again(json.dumps(row).encode(), "jsonl")
