from __future__ import annotations

import pytest
from answered import answered, marked

from loop.quality import Correction, Given, corrections


def suggested(number: int, written: str, shown: str, **more) -> Given:
    """An answer to what a model has read and suggested; it was also uncertain about the first letter."""
    return answered(number, written, shown=shown, sure=f"{marked(written)[0][0]}=PART 10", **more)


@pytest.mark.parametrize(
    ("shown", "written", "expected"),
    [
        ("the chain", "the [Chain]PART", Correction("missed", "", "", "chain", "PART")),
        ("the [chain]PART", "the chain", Correction("deleted", "chain", "PART", "", "")),
        ("the [chain]BRAND", "the [chain]PART", Correction("relabelled", "chain", "BRAND", "chain", "PART")),
        ("[the chain]PART", "the [chain]PART", Correction("moved", "the chain", "PART", "chain", "PART")),
        ("[the chain]BRAND", "the [chain]PART", Correction("relabelled", "the chain", "BRAND", "chain", "PART")),
    ],
)
def test_a_correction_has_a_kind_and_both_strings(shown: str, written: str, expected: Correction) -> None:
    assert [(expected, 1)] == corrections([suggested(1, written, shown)])


def test_the_most_frequent_come_first() -> None:
    twice = [suggested(n, "a [hub]PART", "a hub") for n in (1, 2)]

    assert [2, 1] == [count for _, count in corrections([suggested(3, "a [rim]PART", "a rim"), *twice])]


def test_what_was_shown_right_is_no_correction() -> None:
    assert [] == corrections([answered(1, "a [hub]PART", shown="a [hub]PART")])


def test_answers_without_suggestions_say_nothing() -> None:
    assert [] == corrections([suggested(1, "a [hub]PART", "a hub", mode="manual")])
    assert [] == corrections([answered(1, "a [hub]PART", shown="a hub")])


def test_a_span_split_in_two_is_moved_and_the_other_part_too() -> None:
    found = corrections([answered(1, "[big]PART [chain]PART", shown="[big chain]PART")])

    assert [("moved", "big"), ("moved", "chain")] == [(one.kind, one.answered) for one, _ in found]
