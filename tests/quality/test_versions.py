from __future__ import annotations

from dataclasses import replace

import pytest
from answered import answered, marked

from loop.quality.versions import SINGLE_SPANS, Scope, differences, scopes, versions
from loop.records import Answer, Span

SCHEMES = {0: ("PART", "BRAND"), 1: ("PART",), 2: ("BRAND",)}
TEXT = "a [Giant]BRAND [hub]PART and rim"


def by(annotator: str, written: str, **more) -> Answer:
    given = answered(1, written, **more).answer
    return replace(given, id=f"{annotator} {given.rank}", annotator=annotator)


def skipped(annotator: str, reason: str = "") -> Answer:
    return Answer(f"{annotator} skips", 1, annotator, "skip", reason=reason, rank=9)


def found(*answers: Answer):
    return versions(answers, SCHEMES)


def said(*answers: Answer) -> list[str]:
    text = marked(TEXT)[0]
    return [one.words(text, [v.annotators[0] for v in found(*answers)]) for one in differences(found(*answers))]


def test_annotators_who_say_the_same_are_one_version():
    alice, carol = by("alice", TEXT), by("carol", TEXT)
    bob = by("bob", "a [Giant]BRAND hub and rim")

    assert [("alice", "carol"), ("bob",)] == [one.annotators for one in found(carol, bob, alice)]


def test_one_who_was_asked_about_other_labels_has_a_version_of_their_own():
    assert [("alice",), ("bob",)] == [
        one.annotators for one in found(by("alice", "a hub"), by("bob", "a hub", scheme=1))
    ]


def test_skips_are_one_version_if_the_reason_is_the_same():
    assert [("ann", "eve"), ("bob",)] == [
        one.annotators for one in found(skipped("eve", "unsure"), skipped("bob"), skipped("ann", "unsure"))
    ]


def test_adjudicated_answers_and_repeats_are_no_versions():
    decided = by("eve", TEXT, adjudicates=("x", "y"))

    assert [("bob",)] == [one.annotators for one in found(by("bob", TEXT), decided, by("ann", TEXT, repeat=True))]


def test_each_place_where_versions_differ_says_what_each_has_there():
    assert ["alice “hub” PART, bob nothing", "alice nothing, bob “rim” PART"] == said(
        by("alice", TEXT), by("bob", "a [Giant]BRAND hub and [rim]PART")
    )


def test_spans_that_touch_through_another_are_one_place():
    alice, bob = by("alice", "a [Giant]BRAND [hub]PART and rim"), by("bob", "a [Giant hub]PART and rim")
    (one,) = differences(found(alice, bob))

    assert ((2, 11), (2, 1)) == ((one.start, one.end), tuple(len(spans or ()) for spans in one.said))
    assert (Span(2, 7, "BRAND"), Span(2, 11, "PART"), Span(8, 11, "PART")) == one.spans


def test_who_was_not_asked_about_a_label_says_nothing_there():
    alice, bob, carol = (
        by("alice", TEXT, scheme=0),
        by("bob", "a Giant [hub]PART and rim"),
        by("carol", "a Giant hub and rim", scheme=1),
    )

    assert ["alice “Giant” BRAND, bob nothing", "alice “hub” PART, bob “hub” PART, carol nothing"] == said(
        alice, bob, carol
    )
    assert [(True, True, False), (True, True, True)] == [
        tuple(spans is not None for spans in one.said) for one in differences(found(alice, bob, carol))
    ]


def test_what_only_one_was_asked_about_is_no_difference():
    assert [] == said(by("alice", TEXT), by("bob", "a Giant [hub]PART and rim", scheme=1))


def test_outside_of_its_passage_an_answer_says_nothing():
    within = by("bob", "a Giant hub and rim", passage=(8, 15), complete=False)

    assert ["alice “hub” PART, bob nothing"] == said(by("alice", TEXT), within)


def test_a_no_to_a_span_differs_from_an_answer_that_has_it():
    no = replace(by("bob", "a Giant [hub]PART and rim", complete=False, mode="teach"), verdict="reject")

    assert ["alice “hub” PART, bob nothing"] == said(by("alice", TEXT), no)
    assert [] == said(by("alice", "a Giant hub and rim"), no)


def test_a_skip_is_a_version_that_says_nothing():
    assert [] == said(by("alice", TEXT), skipped("bob"))


WHOLE = {"scheme": 0}


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([{}, {}], [Scope(frozenset({"PART", "BRAND"}))]),
        ([{"scheme": 1}, {"scheme": 2}], [Scope(frozenset({"PART", "BRAND"}))]),
        ([{"scheme": 1}, {"passage": (0, 7)}], [Scope(frozenset({"PART"})), Scope(frozenset({"BRAND"}), (0, 7))]),
        ([{"passage": (0, 7)}, {"passage": (7, 19)}], [Scope(frozenset({"PART", "BRAND"}), (0, 19))]),
        (
            [{"passage": (0, 7)}, {"passage": (8, 19)}],
            [Scope(frozenset({"PART", "BRAND"}), (0, 7)), Scope(frozenset({"PART", "BRAND"}), (8, 19))],
        ),
        ([{"passage": (0, 9), "scheme": 1}, {"passage": (7, 19)}], [Scope(frozenset({"PART"}), (0, 19))]),
        ([{"passage": (0, 9), "scheme": 1}, {"passage": (7, 19), "scheme": 2}], []),
    ],
)
def test_a_decision_covers_what_somebody_was_asked_about_and_no_more(answers, expected):
    given = [
        by(name, "a Giant hub and rim", **{"complete": "passage" not in more, **more})
        for name, more in zip(("alice", "bob"), answers, strict=True)
    ]

    assert [*expected, SINGLE_SPANS] == scopes(found(*given))
