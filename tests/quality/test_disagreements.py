from __future__ import annotations

from dataclasses import replace

from answered import answered

from loop.quality import Given
from loop.quality.disagreements import disagreements

SCHEMES = {0: ("PART", "BRAND"), 1: ("PART",)}


def by(annotator: str, number: int, written: str, **more) -> Given:
    one = answered(number, written, **more)
    return one._replace(answer=replace(one.answer, id=f"{annotator} {number}", annotator=annotator))


def test_a_text_that_two_people_answered_otherwise_is_found_with_what_each_said() -> None:
    alice, bob = by("alice", 1, "a [hub]PART"), by("bob", 1, "a hub")
    (found,) = disagreements([alice, bob], SCHEMES)

    assert ("disagreement", bob.answer, "alice “hub” PART, bob nothing") == (found.kind, found.answer, found.words)


def test_the_most_different_come_first() -> None:
    one = by("alice", 1, "a [hub]PART and rim"), by("bob", 1, "a hub and rim")
    two = by("alice", 2, "a [hub]PART and rim"), by("bob", 2, "a hub and [rim]PART")

    assert [2, 1] == [finding.answer.text_id for finding in disagreements([*one, *two], SCHEMES)]


def test_who_agrees_or_answered_alone_disputes_nothing() -> None:
    same = by("alice", 1, "a [hub]PART"), by("bob", 1, "a [hub]PART")

    assert [] == disagreements([*same, by("alice", 2, "a hub"), by("bob", 3, "a [hub]PART")], SCHEMES)


def test_labels_that_only_one_was_asked_for_do_not_count() -> None:
    assert [] == disagreements([by("alice", 1, "a hub", scheme=1), by("bob", 1, "a [hub]BRAND")], SCHEMES)
