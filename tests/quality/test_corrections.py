from __future__ import annotations

import pytest
from answered import answered

from loop.quality import Correction, corrections


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
    assert [(expected, 1)] == corrections([answered(1, written, shown=shown)])


def test_the_most_frequent_come_first() -> None:
    twice = [answered(n, "a [hub]PART", shown="a hub") for n in (1, 2)]

    assert [2, 1] == [count for _, count in corrections([answered(3, "a [rim]PART", shown="a rim"), *twice])]


def test_what_was_shown_right_is_no_correction() -> None:
    assert [] == corrections([answered(1, "a [hub]PART", shown="a [hub]PART")])


def test_answers_without_suggestions_say_nothing() -> None:
    assert [] == corrections([answered(1, "a [hub]PART", shown="a hub", mode="manual")])


def test_a_span_split_in_two_is_moved_and_the_other_part_too() -> None:
    found = corrections([answered(1, "[big]PART [chain]PART", shown="[big chain]PART")])

    assert [("moved", "big"), ("moved", "chain")] == [(one.kind, one.answered) for one, _ in found]
