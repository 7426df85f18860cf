from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_sources import source_of
from spacy.training.converters import conll_ner_to_docs

from loop.errors import InputError
from loop.formats import Answered, RawText
from loop.formats.conll import read_conll, write_conll
from loop.records import Answer, Span, Text

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


def marked(raw: RawText) -> list[tuple[str, str]]:
    return [(raw.text[span.start : span.end], span.label) for span in raw.spans or ()]


def notes(content: str) -> list[tuple[str, int]]:
    return [note for raw in texts_of(content) for note in raw.notes]


def refusal(content: str) -> str:
    with pytest.raises(InputError) as caught:
        texts_of(content)
    return str(caught.value)


def test_one_document_over_a_whole_file_holds_nothing_together() -> None:
    found = texts_of("-DOCSTART- -X- O O\n\na O\n\nb O\n")

    assert [("a", None), ("b", None)] == [(raw.text, raw.group) for raw in found]


def test_a_document_that_begins_within_a_file_is_one() -> None:
    found = texts_of("a O\n\n-DOCSTART- -X- O O\n\nb O\n\nc O\n")

    assert [None, "f.conll:3", "f.conll:3"] == [raw.group for raw in found]


def test_only_spaces_and_tabs_part_columns() -> None:
    (raw,) = texts_of("Pay NNP O O\n10\u00a0000 CD O B-A\neuros\tNN\tO\tI-A\n")

    assert ("Pay 10\u00a0000 euros", [("10\u00a0000 euros", "A")]) == (raw.text, marked(raw))


def test_where_every_line_has_both_spaces_part_columns_too() -> None:
    (raw,) = texts_of("Ann NNP\tB-A\nleft VBD\tO\n")

    assert ("Ann left", [("Ann", "A")]) == (raw.text, marked(raw))


def test_a_column_that_numbers_the_tokens_is_no_token() -> None:
    content = "# text = Ann, Lee\n1\tAnn\tB-A\t-\t-\n2\t,\tO\t-\t-\n3\tLee\tB-A\t-\t-\n\n1\tBo\tO\t-\t-\n"
    first, second = texts_of(content)

    assert ("Ann, Lee", [("Ann", "A"), ("Lee", "A")], "Bo", []) == (
        first.text,
        marked(first),
        second.text,
        marked(second),
    )


@pytest.mark.parametrize("content", ["1 CD O\nof IN O\n", "1 O\n2 O\n", "2 CD O\n4 CD O\n"])
def test_numbers_that_do_not_count_the_tokens_are_tokens(content: str) -> None:
    (raw,) = texts_of(content)

    assert [line.split()[0] for line in content.splitlines()] == raw.text.split()


def test_tags_may_stand_before_columns_of_another_kind() -> None:
    (raw,) = texts_of("Ann B-A 0.9\nleft O 0.8\n")

    assert [("Ann", "A")] == marked(raw)


def test_several_columns_of_tags_are_refused_unless_one_holds_phrases() -> None:
    (raw,) = texts_of("Ann NNP B-NP B-A\nleft VBD B-VP O\n")

    assert [("Ann", "A")] == marked(raw)
    assert "f.conll, line 1: has tags in columns 3 and 4" in refusal("1 Ann B-A O\n2 left O O\n")


UNIVERSAL = """# newdoc
# text = Ann's gone to Rome.
1\tAnn\tAnn\tPROPN\t_\t_\t3\tnsubj\t_\t{}
2-3\t's\t_\t_\t_\t_\t_\t_\t_\t_
2\t'\t'\tAUX\t_\t_\t3\taux\t_\t{}
3\ts\t'\tAUX\t_\t_\t3\taux\t_\t{}
4\tgone\tgo\tVERB\t_\t_\t0\troot\t_\t{}
5\tto\tto\tADP\t_\t_\t5\tcase\t_\t{}
5.1\tthe\tthe\tDET\t_\t_\t5\tdet\t_\t_
6\tRome\tRome\tPROPN\t_\t_\t3\tobl\t_\t{}
7\t.\t.\tPUNCT\t_\t_\t3\tpunct\t_\t{}
"""


@pytest.mark.parametrize(
    "misc",
    [
        ["name=B-A|SpaceAfter=No", "_", "_", "_", "_", "name=B-B|SpaceAfter=No", "_"],
        ["SpaceAfter=No|NE=B-A", "NE=O", "NE=O", "NE=O", "NE=O", "SpaceAfter=No|NE=B-B", "NE=O"],
        ["B-A", "O", "O", "O", "O", "B-B", "O"],
    ],
)
def test_conllu_with_tags_in_its_last_column_is_read(misc: list[str]) -> None:
    (raw,) = texts_of(UNIVERSAL.format(*misc))

    assert ("Ann's gone to Rome.", [("Ann", "A"), ("Rome", "B")]) == (raw.text, marked(raw))


def test_space_after_a_token_is_as_conllu_says_where_no_comment_has_the_text() -> None:
    misc = ["name=B-A|SpaceAfter=No", *"____", "name=B-B|SpaceAfter=No", "_"]
    content = UNIVERSAL.format(*misc).replace("# text = ", "# text_en = ")
    (raw,) = texts_of(content)

    assert ("Ann's gone to Rome.", [("Ann", "A"), ("Rome", "B")]) == (raw.text, marked(raw))


def test_conllu_without_tags_is_text_alone() -> None:
    (raw,) = texts_of(UNIVERSAL.format(*"_______"))

    assert ("Ann's gone to Rome.", None) == (raw.text, raw.spans)


def test_conllu_that_tags_some_words_outside_and_not_others_is_refused_by_line() -> None:
    content = UNIVERSAL.format("name=B-A", "name=O", *"_____")

    assert "f.conll, line 6: has no entity tag in its last column" in refusal(content)


@pytest.mark.parametrize(
    ("tags", "lines"),
    [
        (IOB1, []),
        (IOB2, []),
        (BILUO, []),
        (IOBES, []),
        (["B-A", "I-A", "O", "I-B", "B-B", "B-A"], [4]),
        (["B-A", "I-B", "O", "B-B", "I-B"], [2]),
        (["B-A", "O", "B-B", "L-B"], [2]),
        (["B-A", "L-A", "I-A", "L-A", "B-B"], [3, 5]),
        (["I-A", "E-A", "S-B"], [1]),
        (["B-A", "I-A", "S-B", "I-B"], [4]),
    ],
)
def test_tags_that_the_files_scheme_does_not_allow_are_read_as_conlleval_does_and_counted(
    tags: list[str], lines: list[int]
) -> None:
    assert [("repaired", line) for line in lines] == notes("".join(f"w {tag}\n" for tag in tags))


def test_what_conlleval_makes_of_tags_that_no_scheme_allows() -> None:
    (raw,) = texts_of("a B-A\nb I-B\nc O\nd I-B\ne L-B\nf I-B\n")

    assert [("a", "A"), ("b", "B"), ("d e", "B"), ("f", "B")] == marked(raw)


def test_a_line_without_a_token_is_refused() -> None:
    assert "f.conll, line 2: has no token" in refusal("a\tO\n\tO\n")


def row(text: str, group: str | None) -> Answered:
    return Answered(Text(1, text, group=group), Answer("x", 1, "a", "accept"), [(0, len(text))])


@pytest.mark.parametrize(
    "groups", [[None, None], ["a", "a"], ["a", "b", "a"], ["a", None, None, "a"], [None, "a", "a"]]
)
def test_documents_are_written_such_that_the_same_texts_stay_together(groups: list[str | None]) -> None:
    out = BytesIO()
    written = write_conll([row(f"t{n}", group) for n, group in enumerate(groups)], out)
    found = texts_of(out.getvalue().decode())
    together = [{raw.text for raw in found if raw.group == group} for group in {raw.group for raw in found} - {None}]
    several = len(set(groups)) > 1

    assert len(groups) == written
    assert sorted(f"t{n}" for n in range(len(groups))) == sorted(raw.text for raw in found)
    assert several == (len(together) > 0)
    assert {f"t{n}" for n, group in enumerate(groups) if group == "a"} in together or not several


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
