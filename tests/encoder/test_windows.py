from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.encoder.windows import mean_of_pieces, windows


@given(st.integers(0, 500), st.integers(2, 60))
def test_windows_give_each_piece_once_and_read_it(length: int, most: int):
    found = windows(length, most)

    assert [*range(length)] == [piece for _, of in found for piece in range(of.start, of.stop)]
    for read, of in found:
        assert read.stop - read.start <= most
        assert read.start <= of.start <= of.stop <= read.stop <= length


@given(st.integers(61, 500), st.integers(20, 60))
def test_a_piece_has_a_quarter_of_a_window_on_either_side(length: int, most: int):
    for read, of in windows(length, most):
        assert of.start == 0 or of.start - read.start >= most // 4 - 1
        assert of.stop == length or read.stop - of.stop >= most // 4 - 1


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([(0, 2, 1), (2, 4, 3), (5, 8, 8)], [2, 8]),  # two pieces of a word
        ([(0, 8, 1)], [1, 1]),  # one over both words
        ([(0, 4, 1)], [1, 0]),  # none for a word
        ([(4, 5, 1), (5, 8, 2)], [0, 2]),  # one for white space
        ([(0, 0, 1), (0, 4, 2)], [2, 0]),  # one without a character
    ],
)
def test_words_get_the_mean_of_the_pieces_that_touch_them(pieces, expected):
    features = np.array([[value] for _, _, value in pieces], dtype=np.float32)
    places = [(start, end) for start, end, _ in pieces]

    assert expected == mean_of_pieces(features, places, [(0, 4), (5, 8)])[:, 0].tolist()
