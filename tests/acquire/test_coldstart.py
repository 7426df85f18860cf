from __future__ import annotations

from loop.acquire.coldstart import SAME_STRING, most_matched, most_telling, short_ones

STOP_WORDS = {"the", "it", "is", "a", "there", "you", "in", "that", "all"}


def test_the_first_texts_are_those_that_are_not_longer_than_half_of_the_others():
    assert [0, 2, 3] == short_ones([3, 90, 4, 4, 400])
    assert [0, 1, 2] == short_ones([7, 7, 7])
    assert [] == short_ones([])


def telling(*texts, n=1, likeness=None):
    """The most telling of some texts, among as long ones that say nothing."""
    words = [text.split() for text in texts]
    longest = ["that"] * max(map(len, words))
    found = most_telling([*words, *[longest] * 20], n=n, stop_words=STOP_WORDS, likeness=likeness or {})
    return [texts[i] for i in found if i < len(texts)]


def test_a_text_of_content_words_comes_before_one_that_says_nothing():
    assert ["chain skips badly"] == telling("there you is", "chain skips badly")


def test_a_name_inside_a_sentence_says_more_than_a_word():
    assert ["a Shimano hub"] == telling("a worn hub", "a Shimano hub")
    assert ["a worn hub"] == telling("a worn hub", "Worn ! Hub")  # each of these begins a sentence


def test_what_is_like_an_example_comes_first():
    likeness = {"brake": 0.5, "hub": 1.0}

    assert ["it is a hub", "it is a brake"] == telling(
        "it is a Shimano", "it is a brake", "it is a hub", n=2, likeness=likeness
    )


def test_a_word_that_was_asked_about_twice_says_nothing_more():
    texts = ("the hub is a", "the hub is the", "the hub is it", "the rim is a")

    assert 2 == SAME_STRING
    assert {"the hub is a", "the hub is the", "the rim is a"} == set(telling(*texts, n=3))


def test_without_a_list_of_stop_words_common_words_say_nothing():
    texts = [["so", "it", "is"]] * 5 + [["a", "worn", "hub"]] + [["so", "it", "is", "."]] * 20

    assert [5] == most_telling(texts, n=1, stop_words=(), likeness={})


def test_only_the_shorter_third_of_the_texts_is_asked_about():
    texts = [["rim"] * n for n in (9, 2, 5, 1, 7, 3, 8)]

    assert {3, 1, 5} == set(most_telling(texts, n=9, stop_words=STOP_WORDS, likeness={}))
    assert [] == most_telling([], n=9, stop_words=(), likeness={})


def test_patterns_bring_new_strings_before_known_ones_and_none_too_often():
    matches = [["chain"], ["Chain"], ["chain"], [], ["saddle", "hub"]]

    assert most_matched(matches, n=9) == [4, 0, 1]
    assert SAME_STRING == 2
