from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.progress.changed_texts import BREAK, CHANGES, TYPO, applies, changed_texts
from loop.records import Span

SENTENCE = "Customer from Brooks Saddles says the İstanbul hub is loose and the derailleur squeaks"
BRAND = Span(14, 28, "BRAND")


def found_again(text: str, change: str, seed: int = 0) -> list[tuple[str, str]]:
    """The words of a changed text, each with those that its place in the original has."""
    (one,) = changed_texts([text], change, seed=seed)
    words = [Span(word.start(), word.end(), "") for word in re.finditer(r"\S+", one.text)]
    before = [one.before(word) for word in words]
    return [(one.text[w.start : w.end], text[b.start : b.end]) for w, b in zip(words, before, strict=True)]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("seed", range(20))
def test_every_word_is_found_again_where_it_was(change: str, seed: int) -> None:
    assert SENTENCE.split() == [before for _, before in found_again(SENTENCE, change, seed)]


@given(text=st.text(max_size=60), change=st.sampled_from(sorted(CHANGES)), seed=st.integers(0, 9))
def test_whatever_the_text_a_changed_one_has_the_whole_of_it(text: str, change: str, seed: int) -> None:
    (one,) = changed_texts([text], change, seed=seed)

    assert one.text == changed_texts([text], change, seed=seed)[0].text
    assert not one.text or one.before(Span(0, len(one.text), "")) == Span(0, len(text), "")


def test_a_letter_that_gets_longer_in_lower_case_moves_what_follows_and_nothing_else() -> None:
    (one,) = changed_texts(["İİ Brooks"], "lower-cased", seed=0)
    start = one.text.index("brooks")

    assert 5 == start
    assert Span(3, 9, "BRAND") == one.before(Span(start, start + 6, "BRAND"))


def test_a_typo_in_an_entity_stays_in_it() -> None:
    texts = [f"{n} {SENTENCE}" for n in range(300)]
    changed = changed_texts(texts, "with typos", seed=0)
    places = [re.search(r"(?<= from )B\w+ \w+s(?= says )", one.text) for one in changed]
    found = [(one, text, place) for one, text, place in zip(changed, texts, places, strict=True) if place]

    assert len(found) > 200
    assert len({place[0] for _, _, place in found}) > 10
    for one, text, place in found:
        shift = text.index("Brooks") - BRAND.start
        assert Span(BRAND.start + shift, BRAND.end + shift, "BRAND") == one.before(Span(*place.span(), "BRAND"))


def test_about_one_word_in_ten_has_a_typo_and_one_space_in_ten_a_line_break() -> None:
    (typos,), (breaks,) = (changed_texts(["derailleur " * 3000], change, seed=1) for change in list(CHANGES)[1:])
    words = typos.text.split()

    assert TYPO - 0.02 < sum(word != "derailleur" for word in words) / 3000 < TYPO + 0.02
    assert {9, 10, 11} == set(map(len, words))
    assert BREAK - 0.02 < breaks.text.count("\n") / 3000 < BREAK + 0.02
    assert breaks.text.replace("\n", " ") == "derailleur " * 3000


def test_another_seed_has_other_typos() -> None:
    texts = [SENTENCE * 3]

    assert changed_texts(texts, "with typos", seed=1)[0].text != changed_texts(texts, "with typos", seed=2)[0].text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SENTENCE, set(CHANGES)),
        ("自行车 的 链条 坏了 要 换 新的 Ok" + " 的" * 40, {"with odd line breaks"}),
        ("自行车的链条坏了要换新的", set()),
        ("ab cd", {"lower-cased"}),
        ("", set()),
    ],
)
def test_what_says_nothing_about_texts_is_left_out(text: str, expected: set[str]) -> None:
    texts = [text] * 3
    told = {
        change
        for change in CHANGES
        if any(applies(change, changed_texts(texts, change, seed=seed), texts) for seed in range(8))
    }

    assert expected == told - ({"with odd line breaks"} if text == "ab cd" else set())
