from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from loop.records import Answer, Span
from loop.store import Past
from loop.terminal.excerpt import NOWHERE, excerpt, match_in, place_in
from loop.terminal.glyphs import fit_end, visible, width


def said(text: str, word: str, cells: int) -> str:
    return "".join(part for _, part in excerpt(text, match_in(text, [word]), cells))


def test_a_text_is_cut_at_the_left_only_if_the_match_would_not_be_seen() -> None:
    assert "one two thr…" == said("one two three", "two", 12)
    assert "one two three" == said("one two three", "three", 13)
    assert "… two three" == said("one two three", "three", 11)
    assert "one two th…" == said("one two three", "missing", 11)


def test_the_match_has_a_look_of_its_own() -> None:
    assert [("", "a "), ("class:match", "KMC"), ("", " b")] == excerpt("a KMC b", (2, 5), 20)


def test_the_first_word_that_the_text_contains_decides_then_a_label() -> None:
    past = Past(Answer("a", 1, "ann", "accept", (Span(4, 7, "PART"),)), "the hub and the rim")

    assert [(16, 19), (4, 7), (4, 7), NOWHERE] == [
        place_in(past, words) for words in (["rim", "hub"], ["HUB"], ["pa"], ["x"])
    ]


@given(st.text(max_size=40), st.text(min_size=1, max_size=5), st.text(max_size=40), st.integers(1, 60))
def test_an_excerpt_fits_and_shows_the_beginning_of_the_match(before: str, match: str, after: str, cells: int) -> None:
    text = before + match + after
    row = excerpt(text, (len(before), len(before) + len(match)), cells)
    marked = "".join(part for look, part in row if look)

    assert width("".join(part for _, part in row)) <= cells
    assert visible(match) == marked or cells < max(6, 2 * width(visible(match)))


@given(st.text(max_size=40), st.integers(0, 30))
def test_the_end_of_a_text_fits(text: str, cells: int) -> None:
    shown = fit_end(visible(text), cells)

    assert width(shown) <= cells
    assert visible(text).endswith(shown.removeprefix("…"))
