from __future__ import annotations

from dataclasses import replace

from answered import answered

from loop.quality import Given, check
from loop.quality.disagreements import disagreements
from loop.quality.reviewed import reviewed
from loop.records import Answer
from loop.truth import of_texts

SCHEMES = {0: ("PART", "BRAND"), 1: ("PART",)}


def by(annotator: str, number: int, written: str, **more) -> Given:
    one = answered(number, written, **more)
    return one._replace(answer=replace(one.answer, id=f"{annotator} {number}", annotator=annotator))


def eve(number: int, written: str, **more) -> Answer:
    return replace(by("eve", number, written, adjudicates=("x", "y"), **more).answer, rank=99)


def test_each_annotator_is_told_what_was_decided_differently_by_whom_and_why() -> None:
    alice, bob = by("alice", 1, "a [hub]PART and rim"), by("bob", 1, "a [hub]PART and [rim]PART")
    (found,) = reviewed([alice, bob], [eve(1, "a [hub]PART and [rim]PART", memo="rims count")], SCHEMES)

    assert "alice nothing, eve decided “rim” PART (rims count)" == found.words
    assert ("reviewed", alice.answer, "rim") == (
        found.kind,
        found.answer,
        alice.question.text.text[found.span.start : found.span.end],
    )


def test_answers_come_by_annotator_the_most_different_first() -> None:
    given = [by(name, n, "[a]PART [hub]PART and rim") for name in ("bob", "alice") for n in (1, 2)]
    decided = [eve(1, "a [hub]PART and rim"), eve(2, "a hub and [rim]PART")]

    assert [("alice", 2), ("alice", 1), ("bob", 2), ("bob", 1)] == [
        (one.answer.annotator, one.answer.text_id) for one in reviewed(given, decided, SCHEMES)
    ]


def test_what_was_not_decided_or_not_asked_is_no_feedback() -> None:
    alice, bob = by("alice", 1, "a [Giant]BRAND hub"), by("bob", 1, "a Giant hub", scheme=1)

    assert [] == reviewed([alice], [eve(1, "a Giant hub", scheme=1)], SCHEMES)
    assert [] == reviewed([bob], [eve(1, "a [Giant]BRAND hub")], SCHEMES)
    assert [] == reviewed([alice], [eve(2, "a Giant hub")], SCHEMES)


def test_a_disagreement_that_is_decided_is_none_any_more_and_one_of_other_labels_is() -> None:
    alice, bob = by("alice", 1, "a [Giant]BRAND [hub]PART"), by("bob", 1, "a Giant hub")
    part = of_texts([eve(1, "a Giant [hub]PART", scheme=1)], SCHEMES)
    (found,) = disagreements([alice, bob], SCHEMES, decided=part)

    assert "alice “Giant” BRAND, bob nothing" == found.words
    assert [] == disagreements([alice, bob], SCHEMES, decided=of_texts([eve(1, "a Giant hub")], SCHEMES))


def test_all_checks_together_know_what_was_decided() -> None:
    alice, bob = by("alice", 1, "a [hub]PART"), by("bob", 1, "a hub")
    kinds = [{one.kind for one in check([alice, bob], SCHEMES, adjudicated=said)} for said in ([], [eve(1, "a hub")])]

    assert [(True, False), (False, True)] == [("disagreement" in one, "reviewed" in one) for one in kinds]
