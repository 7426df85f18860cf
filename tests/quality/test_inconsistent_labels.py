from __future__ import annotations

import pytest
from answered import answered

from loop.quality import Given, inconsistent, uses


def ways(*written: str) -> dict[str, list[str]]:
    return {string: [use.way for use in same] for string, same in uses(numbered(*written)).items()}


def numbered(*written: str) -> list[Given]:
    return [answered(number, text) for number, text in enumerate(written)]


def test_the_rarer_use_of_a_string_is_found_with_what_the_others_say() -> None:
    answers = numbered(*["new [chain]PART"] * 4, "old chain")

    (found,) = inconsistent(uses(answers))

    assert ("inconsistent", 4) == (found.kind, found.answer.text_id)
    assert "“chain”: PART 4 times, unmarked 1; here unmarked" == found.words


def test_another_label_is_found_as_well_as_no_label() -> None:
    answers = numbered(*["new [hub]PART"] * 3, "a [hub]BRAND", "one hub")

    assert ["here BRAND", "here unmarked"] == [f.words.split("; ")[1] for f in inconsistent(uses(answers))]


def test_marks_that_cut_into_a_string_have_other_edges() -> None:
    answers = numbered(*["the [brake pads]PART"] * 3, "worn brake [pads]PART")

    (found,) = inconsistent(uses(answers))

    assert "“brake pads”: PART 3 times, other edges 1; here other edges" == found.words


def test_a_place_within_a_longer_mark_says_nothing_about_the_shorter_string() -> None:
    assert ["PART"] == ways("a [brake]PART", "the [brake pads]PART")["brake"]


def test_an_unmarked_string_counts_only_as_it_is_written_where_it_is_marked() -> None:
    assert {"giant": ["BRAND"]} == ways("a [Giant]BRAND", "a giant dent")
    assert {"giant": ["BRAND", "PART"]} == ways("a [Giant]BRAND", "a [giant]PART dent")


def test_a_string_broken_by_white_space_is_the_same_string() -> None:
    assert {"brake pads": ["PART", "PART"]} == ways("[brake pads]PART", "[brake\n pads]PART")


def test_consistent_answers_and_no_answers_give_no_findings() -> None:
    assert [] == inconsistent(uses(numbered(*["[chain]PART"] * 3)))
    assert [] == inconsistent(uses([]))


def test_two_ways_equally_often_accuse_neither() -> None:
    assert [] == inconsistent(uses(numbered("[bar]PART", "[bar]BRAND")))


@pytest.mark.parametrize(("usual", "found"), [(1, 0), (2, 1), (30, 1)])
def test_a_use_is_worth_a_look_once_the_others_are_more(usual: int, found: int) -> None:
    assert found == len(inconsistent(uses(numbered(*["[chain]PART"] * usual, "chain"))))


def test_the_rarest_use_comes_first() -> None:
    answers = numbered(*["[chain]PART"] * 3, "chain", *["[hub]PART"] * 9, "hub")

    assert ["“hub”", "“chain”"] == [finding.words.split(":")[0] for finding in inconsistent(uses(answers))]
