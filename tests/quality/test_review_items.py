from __future__ import annotations

from dataclasses import replace

import pytest
from answered import answered

from loop.quality import Given, most_consequential, review_items
from loop.quality.versions import SINGLE_SPANS, Scope
from loop.records import Answer, Span

SCHEMES = {0: ("PART", "BRAND"), 1: ("PART",)}
BOTH = Scope(frozenset({"PART", "BRAND"}))


def by(annotator: str, number: int, written: str, **more) -> Given:
    one = answered(number, written, **more)
    id_ = f"{annotator} {number}"
    question = replace(one.question, id=f"q {id_}")
    return Given(question, replace(one.answer, id=id_, annotator=annotator, question_id=question.id))


def eve(number: int, written: str, *ids: str, rank: int = 100, **more) -> Given:
    one = by("eve", number, written, adjudicates=ids, **more)
    return one._replace(answer=replace(one.answer, id=f"eve {rank}", rank=rank, seq=rank))


def items(*given: Given):
    return review_items([one.answer for one in given], SCHEMES)


def in_order(*given: Given) -> list[int]:
    return [
        item.text_id for item in most_consequential(items(*given), {one.question.id: one.question for one in given})
    ]


ALICE, BOB = by("alice", 1, "a [hub]PART"), by("bob", 1, "a hub")


def test_a_text_that_two_annotators_answered_is_an_item_and_one_answered_alone_is_none():
    (item,) = items(ALICE, BOB, by("alice", 2, "a hub"))

    assert (1, ("alice", "bob"), BOTH, True) == (item.text_id, item.annotators, item.scope, item.is_open)
    assert [ALICE.answer, BOB.answer] == [*item.answers]
    assert [(2, 5)] == [(one.start, one.end) for one in item.undecided]


def test_where_annotators_agree_there_is_an_item_but_nothing_to_decide():
    (item,) = items(ALICE, by("bob", 1, "a [hub]PART"))

    assert ((), False, (Span(2, 5, "PART"),)) == (item.undecided, item.is_open, item.agreed)


def test_what_was_adjudicated_is_no_longer_open():
    (item,) = items(ALICE, BOB, eve(1, "a [hub]PART", "alice 1", "bob 1"))

    assert ("eve 100", 1, False) == (item.decided.id, len(item.differences), item.is_open)


def test_labels_that_were_not_adjudicated_stay_open():
    alice, bob = by("alice", 1, "a [Giant]BRAND [hub]PART"), by("bob", 1, "a Giant hub")
    (item,) = items(alice, bob, eve(1, "a Giant [hub]PART", "alice 1", "bob 1", scheme=1))

    assert ["BRAND"] == [span.label for one in item.undecided for span in one.spans]


@pytest.mark.parametrize(
    ("changed", "is_stale"),
    [
        (by("alice", 1, "[a hub]PART"), True),
        (by("alice", 1, "a [hub]PART"), False),
        (Given(ALICE.question, Answer("other", 1, "alice", "skip", retracts="alice 1")), True),
        (None, True),
    ],
)
def test_a_decision_is_stale_when_an_answer_changes_unless_it_now_says_what_was_decided(changed, is_stale):
    given = [] if changed is None else [changed._replace(answer=replace(changed.answer, id="alice 2", rank=1))]
    (item,) = items(*given, BOB, eve(1, "a [hub]PART", "alice 1", "bob 1"))

    assert (is_stale, is_stale) == (item.is_stale, item.is_open)


def test_the_answer_of_another_annotator_makes_no_decision_stale():
    (item,) = items(ALICE, BOB, by("carol", 1, "[a]PART hub"), eve(1, "a [hub]PART", "alice 1", "bob 1"))

    assert (False, False) == (item.is_stale, item.is_open)


def test_a_stale_decision_comes_first_whatever_else_there_is():
    worse = by("alice", 2, "[a]PART [hub]PART"), by("bob", 2, "a hub")
    changed = replace(ALICE.answer, id="alice 9", spans=(Span(0, 5, "PART"),))
    stale = ALICE._replace(answer=changed), BOB, eve(1, "a [hub]PART", "alice 1", "bob 1")

    assert [1, 2] == in_order(*worse, *stale)


def test_more_differences_come_first():
    two = by("alice", 2, "[a]PART [hub]PART"), by("bob", 2, "a hub")

    assert [2, 1] == in_order(ALICE, BOB, *two)


def test_of_two_differences_the_one_comes_first_of_which_the_models_were_less_sure():
    sure = by("alice", 1, "a [hub]PART", sure="hub=PART 97"), by("bob", 1, "a hub", sure="hub=PART 99")
    unsure = by("alice", 2, "a [hub]PART", sure="hub=PART 60"), by("bob", 2, "a hub", sure="hub=PART 97")

    assert [2, 1] == in_order(*sure, *unsure)


def test_of_two_differences_the_one_comes_first_whose_labels_are_confused_more_often():
    missed = by("alice", 1, "a [hub]PART"), by("bob", 1, "a hub")
    confused = [
        one
        for number in (2, 3)
        for one in (by("alice", number, "a [hub]PART"), by("bob", number, "a [hub]BRAND"))
    ]  # fmt: skip

    assert [2, 3, 1] == in_order(*missed, *confused)


def test_differences_outside_of_what_all_were_asked_about_are_items_of_their_own():
    yes = by("alice", 1, "a [hub]PART", complete=False, mode="teach")
    no = by("bob", 1, "a [hub]PART", complete=False, mode="teach")
    no = no._replace(answer=replace(no.answer, verdict="reject"))
    (item,) = items(yes, no)

    assert (SINGLE_SPANS, 1, ()) == (item.scope, len(item.undecided), item.agreed)


def test_a_passage_is_an_item_of_its_own_for_labels_that_were_asked_about_only_there():
    alice = by("alice", 1, "the [Giant]BRAND hub and [rim]PART", passage=(0, 13), complete=False)
    bob = by("bob", 1, "the Giant hub and rim", scheme=1)
    carol = by("carol", 1, "the Giant hub and [rim]PART", passage=(4, 13), complete=False)
    whole, passage = items(replace_spans(alice), bob, replace_spans(carol))

    assert (Scope(frozenset({"PART"})), ()) == (whole.scope, whole.undecided)
    assert (Scope(frozenset({"BRAND"}), (0, 13)), 1) == (passage.scope, len(passage.undecided))


def replace_spans(one: Given) -> Given:
    inside = tuple(span for span in one.answer.spans if span.touches(one.answer.passage))
    return one._replace(answer=replace(one.answer, spans=inside))


def test_blind_versions_are_letters_in_an_order_of_the_text_alone():
    given = [
        by(name, n, written) for n in range(1, 9) for name, written in (("alice", "a [hub]PART"), ("bob", "a hub"))
    ]
    found = [item.shuffled(7) for item in items(*given)]
    orders = [item.versions[0].annotators for item in found]

    assert found == [item.shuffled(7) for item in items(*given)]
    assert {("alice",), ("bob",)} == set(orders)
    assert all(("A", "B") == item.names(blind=True) for item in found)
    assert all(
        item.undecided[0].said == ((Span(2, 5, "PART"),), ())[:: 1 if first == ("alice",) else -1]
        for item, first in zip(found, orders, strict=True)
    )


def test_several_annotators_of_a_version_are_named_or_counted():
    (item,) = items(ALICE, BOB, by("carol", 1, "a hub"))

    assert ("alice", "bob, carol") == item.names()
    assert ("A", "B (2 annotators)") == item.names(blind=True)


def test_an_item_has_the_labels_that_are_undecided_and_once_decided_all_of_its_labels():
    alice, bob = by("alice", 1, "[Giant]BRAND [hub]PART"), by("bob", 1, "[Giant]BRAND hub")
    (open_,) = items(alice, bob)
    (decided,) = items(alice, bob, eve(1, "[Giant]BRAND hub", "alice 1", "bob 1"))

    assert (False, True) == (open_.has("BRAND"), open_.has("PART"))
    assert (True, True) == (decided.has("BRAND"), decided.has("PART"))


def test_a_text_that_others_have_yet_to_answer_is_not_open_yet():
    waiting = [one._replace(answer=replace(one.answer, waits=True, needs=3)) for one in (ALICE, BOB)]
    (item,) = items(*waiting)

    assert (True, False, 1) == (item.waits, item.is_open, len(item.undecided))
