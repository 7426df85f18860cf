from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from loop.terminal.wrap import wrap


def lines(text: str, cells: int) -> list[str]:
    laid = wrap(text, cells)
    return [laid.shown(start, end) for start, end in laid.lines]


def test_words_stay_whole() -> None:
    assert ["the chain ", "is worn"] == lines("the chain is worn", 11)


def test_a_word_that_is_too_long_is_broken() -> None:
    assert ["abcde", "fghij", "k"] == lines("abcdefghijk", 5)


def test_line_feeds_are_kept_and_empty_lines_too() -> None:
    assert ["one", "", "two"] == lines("one\n\ntwo", 10)


def test_wide_characters_are_broken_anywhere() -> None:
    assert ["自行", "车的", "链条"] == lines("自行车的链条", 5)


def test_blanks_may_hang_over_the_edge() -> None:
    assert ["abc   ", "def"] == lines("abc   def", 4)


def test_an_empty_text_has_one_line() -> None:
    assert [""] == lines("", 10)


def test_a_character_knows_its_line_and_column() -> None:
    laid = wrap("the chain is", 10)

    assert [(0, 0), (0, 4), (1, 0)] == [laid.cell(char) for char in (0, 4, 10)]


@given(st.text(alphabet=st.sampled_from("ab \n\t自e\u0301\x1b\u202e😀"), max_size=60), st.integers(8, 30))
def test_every_character_is_in_exactly_one_line_and_fits(text: str, cells: int) -> None:
    laid = wrap(text, cells)

    assert list(range(len(text))) == [char for start, end in laid.lines for char in range(start, end)]
    for start, end in laid.lines:
        assert laid.cells_of(start, start + len(text[start:end].rstrip())) <= cells
