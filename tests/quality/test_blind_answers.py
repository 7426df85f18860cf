from __future__ import annotations

from typing import Any

import pytest

from loop.quality.blind_answers import blind_answers, had_suggestions
from loop.records import Answer, Span


def answer(seq: int, annotator: str, **more: Any) -> Answer:
    return Answer(f"{annotator}{seq}", 1, annotator, **{"verdict": "accept", "seq": seq, "rank": seq} | more)


def counting(*answers: Answer) -> list[str]:
    return [one.id for one in blind_answers(answers)]


def test_the_answers_of_all_count():
    assert ["anna1", "ben2"] == counting(answer(1, "anna"), answer(2, "ben"))


def test_a_change_before_anybody_else_answered_counts():
    assert ["anna2", "ben3"] == counting(answer(1, "anna"), answer(2, "anna", retracts="anna1"), answer(3, "ben"))


@pytest.mark.parametrize("who", ["anna", "ben"])
def test_a_change_after_somebody_else_answered_does_not_count(who: str):
    first = {"anna": "anna1", "ben": "ben2"}[who]
    changed = answer(3, who, retracts=first), answer(4, who, retracts=f"{who}3")

    assert ["anna1", "ben2"] == counting(answer(1, "anna"), answer(2, "ben"), *changed)


def test_an_answer_given_in_place_of_another_annotators_counts_for_nobody_and_the_replaced_one_does():
    assert ["anna1"] == counting(answer(1, "anna"), answer(2, "ben", retracts="anna1"))


def test_an_answer_about_labels_added_later_or_from_another_file_counts_beside_the_first():
    assert ["anna1", "ben2", "anna3"] == counting(answer(1, "anna"), answer(2, "ben"), answer(3, "anna"))


def test_a_skip_has_shown_nothing_that_could_be_seen():
    skipped = answer(1, "ben", verdict="skip")

    assert ["ben1", "anna3"] == counting(skipped, answer(2, "anna"), answer(3, "anna", retracts="anna2"))


def test_an_answer_that_was_taken_back_does_not_count():
    taken = answer(3, "ben", verdict="retract", retracts="ben2")

    assert ["anna1"] == counting(answer(1, "anna"), answer(2, "ben"), taken)


def test_repeats_and_adjudicated_answers_are_not_compared():
    repeated, adjudicated = answer(2, "anna", repeat=True), answer(4, "ben", adjudicates=("anna1", "ben3"))

    assert ["anna1", "ben3"] == counting(answer(1, "anna"), repeated, answer(3, "ben"), adjudicated)


@pytest.mark.parametrize(
    ("more", "entropy", "expected"),
    [
        ({"shown": (Span(0, 1, "A"),)}, None, True),
        ({}, 0.5, True),  # the model has suggested that there is nothing
        ({}, None, False),  # no model had scored it
        ({"held_out": True}, 0.5, False),
        ({"mode": "manual"}, 0.5, False),
        ({"mode": "import"}, None, False),
    ],
)
def test_suggestions_are_spans_or_the_prediction_that_there_are_none(more: dict, entropy: float | None, expected: bool):
    assert expected == had_suggestions(answer(1, "anna", **more), entropy)
