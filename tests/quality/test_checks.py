from __future__ import annotations

from answered import answered

from loop.quality import check, given

SCHEMES = {0: ("PART", "BRAND"), 1: ("PART",)}
ANSWERS = [*(answered(n, "new [chain]PART") for n in range(3)), answered(7, "old chain", sure="chain=PART 90")]


def test_an_answer_may_be_found_by_several_checks() -> None:
    assert ["inconsistent", "improbable"] == [finding.kind for finding in check(ANSWERS, SCHEMES)]


def test_what_was_looked_at_is_not_found_again() -> None:
    assert [] == check(ANSWERS, SCHEMES, looked_at=["a7"])


def test_only_answers_that_say_all_of_a_text_are_looked_at() -> None:
    whole = answered(1, "[hub]PART")
    partial, skipped = answered(2, "hub", complete=False), answered(3, "hub")
    skip = skipped.answer.__class__("s", 3, "ann", "skip")

    assert [whole] == given([whole, partial, (skipped.question, skip)])
