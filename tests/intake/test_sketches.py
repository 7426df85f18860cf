from __future__ import annotations

from random import Random

import pytest

from loop.intake.sketches import SeenTexts

WORDS = [f"w{n}" for n in range(1_000)]


def changed(words: list[str], times: int) -> list[str]:
    """The words with so many of them replaced, far apart: each changes two of the pairs."""
    return [f"new{n}" if n % 5 == 3 and n < 5 * times else word for n, word in enumerate(words)]


@pytest.mark.parametrize(("times", "found"), [(0, 50), (1, 50), (2, 50), (3, 0), (6, 0)])
def test_texts_that_share_four_fifths_of_their_word_pairs_are_found_among_many(times: int, found: int) -> None:
    rng = Random(0)
    texts = [rng.choices(WORDS, k=40) for _ in range(50)]
    seen = SeenTexts()

    assert 0 == sum(seen.is_near(" ".join(words)) for words in texts)
    assert found == sum(seen.is_near(" ".join(changed(words, times)).upper() + "!") for words in texts)


def test_the_same_text_is_no_near_duplicate_and_neither_is_one_without_words() -> None:
    seen = SeenTexts()

    assert [False] * 4 == [seen.is_near(text) for text in ("One two.", "One two.", "…", "!")]
    assert seen.is_near("one two")
