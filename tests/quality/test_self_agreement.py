from __future__ import annotations

from dataclasses import replace

import pytest
from answered import answered

from loop.quality import Given, Pair, consistency, pairs, unlike
from loop.records import Answer

SCHEMES = {0: ("PART", "BRAND")}


def given(number: int, written: str, *, seq: int, repeat: bool = False, **more) -> Given:
    one = answered(number, written)
    return one._replace(
        answer=replace(one.answer, id=f"{number}-{seq}", seq=seq, repeat=repeat, **{"rank": seq, **more})
    )


def paired(*answers: Given, schemes=SCHEMES) -> list[Pair]:
    return pairs([one.answer for one in answers], schemes)


@pytest.mark.parametrize(
    ("first", "second", "same", "f"),
    [
        ("a [hub]PART", "a [hub]PART", 1, 100.0),
        ("a [hub]PART", "a [hub]BRAND", 0, 0.0),
        ("a [hub]PART, a [rim]PART", "a [hub]PART, a rim", 0, 200 / 3),
        ("a hub", "a hub", 1, None),
        ("a hub", "a [hub]PART", 0, 0.0),
    ],
)
def test_agreement_is_the_share_of_spans_that_both_answers_have(first: str, second: str, same: int, f) -> None:
    found = consistency(paired(given(1, first, seq=1), given(1, second, seq=2, repeat=True)))

    assert (1, same, pytest.approx(f)) == (found.pairs, found.same, found.f1)


def test_without_texts_asked_again_there_is_no_agreement() -> None:
    assert (0, 0, None) == (lambda c: (c.pairs, c.same, c.f1))(consistency(paired(given(1, "a [hub]PART", seq=1))))


def test_the_first_answer_is_the_one_that_stood_when_the_text_was_asked_again() -> None:
    before, changed = given(1, "a hub", seq=1), given(1, "a [hub]PART", seq=2, retracts="1-1")
    later = given(1, "a hub", seq=4, retracts="1-2")
    (pair,) = paired(before, changed, given(1, "a [hub]PART", seq=3, repeat=True), later)

    assert "1-2" == pair.answer.id


def test_a_second_answer_that_was_put_right_counts_as_it_stands_now() -> None:
    again = given(1, "a hub", seq=2, repeat=True), given(1, "a [hub]PART", seq=3, repeat=True, retracts="1-2")
    (pair,) = paired(given(1, "a [hub]PART", seq=1), *again)

    assert pair.first == pair.second


def test_labels_added_in_between_do_not_count() -> None:
    schemes = {0: ("PART",), 1: ("PART", "BRAND")}
    again = given(1, "a [hub]PART of [SRAM]BRAND", seq=2, repeat=True, scheme=1)
    (pair,) = paired(given(1, "a [hub]PART of SRAM", seq=1), again, schemes=schemes)

    assert pair.first == pair.second


@pytest.mark.parametrize("more", [{"verdict": "skip"}, {"complete": False}, {"annotator": "bob"}])
def test_what_is_no_second_answer_of_the_same_person_makes_no_pair(more: dict) -> None:
    assert [] == paired(given(1, "a hub", seq=1), given(1, "a hub", seq=2, repeat=True, **more))


def test_what_was_answered_otherwise_is_found_with_both_answers() -> None:
    first = given(1, "the [hub]PART", seq=1)
    (found,) = unlike([first], paired(first, given(1, "[the hub]PART", seq=2, repeat=True)))

    assert "first “hub” PART, then “the hub” PART" == found.words
    assert ("repeat", first.answer) == (found.kind, found.answer)


def test_an_answer_that_has_been_replaced_since_is_not_found() -> None:
    first, again = given(1, "the [hub]PART", seq=1), given(1, "the hub", seq=2, repeat=True)
    now = given(1, "the hub", seq=3, retracts="1-1")

    assert [] == unlike([now], paired(first, again, now))
    assert isinstance(now.answer, Answer)
