from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_sources import source_of
from spacy.training.converters import conll_ner_to_docs

from loop.errors import InputError
from loop.formats import RawText
from loop.formats.conll import read_conll
from loop.records import Span

IOB1 = ["I-A", "I-A", "O", "I-B", "B-B", "I-A"]
IOB2 = ["B-A", "I-A", "O", "B-B", "B-B", "B-A"]
BILUO = ["B-A", "L-A", "O", "U-B", "U-B", "U-A"]
IOBES = ["B-A", "E-A", "O", "S-B", "S-B", "S-A"]


def texts_of(content: str) -> list[RawText]:
    return list(read_conll(source_of(content, "f.conll"), text_field="text"))


@pytest.mark.parametrize("tags", [IOB1, IOB2, BILUO, IOBES])
def test_every_scheme_says_the_same(tags: list[str]) -> None:
    (raw,) = texts_of("".join(f"w{n} NN {tag}\n" for n, tag in enumerate(tags)))

    assert "w0 w1 w2 w3 w4 w5" == raw.text
    assert (Span(0, 5, "A"), Span(9, 11, "B"), Span(12, 14, "B"), Span(15, 17, "A")) == raw.spans


def test_texts_are_parted_by_empty_lines_and_grouped_by_documents() -> None:
    found = texts_of("a O\n\n-DOCSTART- -X- O O\n\nb\tB-A\r\n\t\n# a comment\nc d\tO\n-DOCSTART- O\ne O")

    assert [("a", 1, None), ("b", 5, "f.conll:3"), ("c d", 8, "f.conll:3"), ("e", 10, "f.conll:9")] == [
        (raw.text, raw.line, raw.group) for raw in found
    ]


@pytest.mark.parametrize("line", ["secret", "secret X-A", "secret B-", "secret -", "secret B-A B-\x1b"])
def test_a_line_without_a_tag_is_named_and_not_shown(line: str) -> None:
    with pytest.raises(InputError, match=r"f\.conll, line 2: has ") as caught:
        texts_of(f"a O\n{line}\n")

    assert "secret" not in str(caught.value)


tags = st.lists(st.sampled_from(["O", "B-A", "I-A", "B-B", "I-B"]), min_size=1, max_size=8)


@given(st.lists(tags, min_size=1, max_size=3))
def test_columns_mean_what_spacys_converter_takes_them_for(blocks: list[list[str]]) -> None:
    content = "\n\n".join("\n".join(f"w{n} {tag}" for n, tag in enumerate(block)) for block in blocks)
    docs = [
        sentence.as_doc()
        for doc in conll_ner_to_docs(content + "\n", n_sents=1, no_print=True)
        for sentence in doc.sents
    ]

    assert [[(ent.start, ent.end, ent.label_) for ent in doc.ents] for doc in docs] == [
        [words_of(raw.text, span) for span in raw.spans or ()] for raw in texts_of(content)
    ]


def words_of(text: str, span: Span) -> tuple[int, int, str]:
    start = text[: span.start].count(" ")
    return start, start + text[span.start : span.end].count(" ") + 1, span.label
