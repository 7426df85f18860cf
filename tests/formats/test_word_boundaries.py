from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.formats.words import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n", []),
        ("a hub, 10km", ["a", "hub", ",", "10", "km"]),
        ("d'eau (x)", ["d", "'", "eau", "(", "x", ")"]),
        ("东京 hub", ["东", "京", "hub"]),  # no spaces between words: each character may be one
        ("cafe\u0301 นี้", ["cafe\u0301", "นี้"]),  # marks belong to the letter before
    ],
)
def test_words_are_runs_of_letters_and_signs_by_themselves(text: str, expected: list[str]):
    assert expected == [text[start:end] for start, end in words(text)]


@given(st.text(max_size=30))
def test_words_hold_every_character_but_white_space_once_and_in_order(text: str):
    assert "".join(text.split()) == "".join("".join(text[start:end].split()) for start, end in words(text))
    assert all(start < end and not text[start:end].isspace() for start, end in words(text))
