from __future__ import annotations

import textwrap

import pytest

from loop.acquire.sections import sections
from loop.acquire.text_ends import last_end, sentence_ends

SENTENCE = "Our workshop in New York City is going to repair the bent fork of every bicycle for free. "


def pieces(text: str) -> list[str]:
    ends = [0, *sentence_ends(text)]
    return [text[start:end].strip() for start, end in zip(ends, [*ends[1:], len(text)], strict=True) if start < end]


def test_sections_of_wrapped_prose_end_where_sentences_do():
    text = textwrap.fill(SENTENCE * 250, 72)
    cuts = [text[:end] for _, end in sections(text)]

    assert 10 < len(cuts)
    assert all(cut.rstrip().endswith(".") for cut in cuts)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("The forks are bent. It is\nraining today.", "The forks are bent. "),
        ("Yesterday we met Mr. Smith and then\nwent", "Yesterday we met Mr. Smith and then\n"),
        ("It has gone. Ask J. S. Bach today", "It has gone. "),
        ("The forks are bent, they say, and so on", "The forks are bent, they say, "),
        ("we went to see New York City", "we went to see "),
        ("he said it is broken.” Then he left", "he said it is broken.” "),
        ("车架坏了。前叉也坏了 abc", "车架坏了。"),
        ("black pepper\nsea salt\nice", "black pepper\nsea salt\n"),
        ("Heading\n\nand so it begins", "Heading\n\n"),
    ],
)
def test_a_text_is_cut_at_the_last_end_of_the_best_kind(text, cut):
    assert cut == text[: last_end(text, 0, len(text))]


def test_no_name_that_is_wrapped_is_cut_at_the_end_of_its_line():
    wrapped = "and all of them came from the city of New\nYork City and from all the\nother places"

    assert wrapped.rindex("other") == last_end(wrapped, 0, len(wrapped))
    assert [] == sentence_ends("and all of them came from the city of New\nYork City")


def test_sentences_and_items_of_a_list_end_but_abbreviations_and_wrapped_lines_do_not():
    text = "Bring it. You will need, as e.g. here:\n2 eggs\nsalt"

    assert ["Bring it.", "You will need, as e.g. here:", "2 eggs", "salt"] == pieces(text)
    assert ["The chain of this bicycle is much too\nloose today!", "Why?"] == pieces(
        "The chain of this bicycle is much too\nloose today! Why?"
    )


def test_a_line_of_wrapped_prose_does_not_end_where_the_next_begins_with_a_capital():
    assert ["When he went to Berlin, I went to\nRome, and all the others went to\nsea."] == pieces(
        "When he went to Berlin, I went to\nRome, and all the others went to\nsea."
    )
    assert 3 == len(pieces("The fork of this bicycle was bent\nThe chain of that bicycle was new\nNothing else"))
