from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.acquire.sections import SECTION, fixed_section, sections

SENTENCE = "The chain of this bicycle is new. "
LINE = "chain\n"


@given(st.text(alphabet="ab \n.", max_size=100).map(lambda part: part * 120))
def test_sections_follow_each_other_and_cover_the_text(text):
    found = sections(text)

    assert "".join(text.split()) == "".join("".join(text[start:end] for start, end in found).split())
    assert not text.strip() or all(text[start:end].strip() for start, end in found)
    assert all(end - start <= SECTION for start, end in found)


def test_a_short_text_is_one_section():
    assert [(0, 34)] == sections(SENTENCE)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        (SENTENCE * 200, ". "),
        (LINE * 900, "\n"),
        ((SENTENCE * 20 + "\n\n") * 9, "\n\n"),
        ("chain " * 900, " "),
        ("x" * 9000, "x"),
    ],
)
def test_a_section_ends_where_a_paragraph_a_line_a_sentence_or_a_word_does(text, end):
    assert {end} == {text[:stop][-len(end) :] for _, stop in sections(text)[:-1]}


def test_a_held_out_text_always_has_the_same_section():
    text = SENTENCE * 200

    assert fixed_section(text) == fixed_section(text)
    assert fixed_section(text) in sections(text)
