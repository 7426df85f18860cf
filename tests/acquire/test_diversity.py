from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from loop.acquire.coldstart import SAME_STRING
from loop.acquire.diversity import SIMILAR, diverse, shingles, similarity

word = st.sampled_from(["new", "chain", "fitted", "worn", "brake", "pads"])
texts = st.lists(st.lists(word, min_size=1, max_size=6).map(tuple), max_size=12)


def plain(ranked, *, n=99):
    return diverse(ranked, n=n, words=lambda text: text, subject=lambda _: None)


@given(texts, st.integers(0, 15))
def test_no_text_is_lost_and_none_comes_twice(pool, n):
    numbered = list(enumerate(pool))
    chosen = diverse(numbered, n=n, words=lambda one: one[1], subject=lambda one: one[1][0])

    assert len(chosen) == len(set(chosen)) == min(n, len(pool))


@given(texts)
def test_what_comes_first_differs_and_keeps_its_order(pool):
    chosen = plain(pool)
    repeats = [
        i
        for i, text in enumerate(chosen)
        if any(similarity(shingles(text), shingles(other)) >= SIMILAR for other in chosen[:i])
    ]

    assert repeats == list(range(len(chosen) - len(repeats), len(chosen)))
    first = chosen[: len(chosen) - len(repeats)]
    assert [text for text in pool if text in first][:1] == first[:1]


def test_the_better_of_two_near_duplicates_is_asked():
    ranked = ["new chain and cassette fitted today", "New chain and cassette fitted  now", "brake pads worn"]
    words = [text.split() for text in ranked]

    assert plain(words, n=2) == [words[0], words[2]]


def alike(one: str, other: str) -> float:
    return similarity(shingles(one.split()), shingles(other.split()))


def test_a_word_more_makes_no_other_text_and_other_words_do():
    assert alike("the rear brake pads are worn", "the rear brake pads are worn !") > SIMILAR
    assert alike("the rear brake pads are worn", "the front hub is worn out") < SIMILAR
    assert alike("chain", "Chain") == alike("", " ") == 1.0


def test_one_string_is_not_asked_about_too_often():
    rng = Random(0)
    ranked = [("chain", [str(rng.random()) for _ in range(5)]) for _ in range(6)] + [("hub", ["x", "y"])]
    chosen = diverse(ranked, n=4, words=lambda one: one[1], subject=lambda one: one[0])

    assert ["chain"] * SAME_STRING + ["hub", "chain"] == [about for about, _ in chosen]
