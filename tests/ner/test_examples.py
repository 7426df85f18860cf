from __future__ import annotations

from dataclasses import replace

import pytest
import spacy

from loop.ner.examples import WRONG, Examples, example
from loop.records import Answer, Span

TEXT = "new  chain and saddle"
ANSWER = Answer("a", 1, "ann", "accept", spans=(Span(5, 10, "PART"),), scheme=1)


@pytest.fixture(scope="module")
def nlp():
    return spacy.blank("en")


# The white space between "new" and "chain" is a token of its own, and never part of an entity.
def tags(nlp, answer: Answer, *, known=("PART",), labels=("PART",)) -> list[str]:
    return example(nlp, TEXT, answer, known=known, labels=labels).get_aligned_ner()


def test_the_rest_of_a_complete_answer_is_outside(nlp):
    assert tags(nlp, ANSWER) == ["O", "O", "U-PART", "O", "O"]


def test_the_rest_of_a_partial_answer_is_missing(nlp):
    assert tags(nlp, replace(ANSWER, complete=False)) == [
        None,
        "O",
        "U-PART",
        None,
        None,
    ]


def test_a_label_added_later_is_missing_in_older_complete_answers(nlp):
    assert tags(nlp, ANSWER, labels=("PART", "BRAND")) == [
        None,
        "O",
        "U-PART",
        None,
        None,
    ]


def test_spans_of_labels_no_longer_in_force_are_left_out(nlp):
    assert tags(nlp, ANSWER, labels=("BRAND",), known=("PART", "BRAND")) == ["O"] * 5


@pytest.mark.parametrize("span", [Span(4, 10, "PART"), Span(6, 9, "PART"), Span(5, 11, "PART")])
def test_a_span_that_does_not_fit_the_tokens_is_widened_but_never_to_white_space_at_its_edge(nlp, span):
    assert tags(nlp, replace(ANSWER, spans=(span,))) == ["O", "O", "U-PART", "O", "O"]


def test_of_overlapping_spans_the_longest_is_learned(nlp):
    spans = (Span(5, 10, "PART"), Span(5, 14, "PART"))

    assert tags(nlp, replace(ANSWER, spans=spans)) == ["O", "O", "B-PART", "L-PART", "O"]


def test_examples_are_made_when_asked_for_and_only_once(nlp):
    examples = Examples(nlp, [(TEXT, ANSWER)] * 3, labels=["PART"], schemes={1: ["PART"]})

    assert len(examples) == 3
    assert examples[2] is examples[-2:][1]


def wrong(nlp, answer: Answer, *, labels=("PART",)) -> list[tuple[str, str]]:
    reference = example(nlp, TEXT, answer, known=("PART",), labels=labels).reference
    return [(span.text, span.label_) for span in reference.spans[WRONG]]


CHAIN, SADDLE = Span(5, 10, "PART"), Span(15, 21, "PART")


@pytest.mark.parametrize(
    ("expected", "changes"),
    [
        ([("saddle", "PART")], {"verdict": "reject", "mode": "teach", "spans": ()}),
        ([("saddle", "PART")], {"verdict": "reject", "spans": ()}),
        ([("saddle", "PART")], {"mode": "teach"}),
        ([], {"mode": "teach", "shown": (CHAIN,)}),
        ([], {"mode": "correct"}),
        ([], {"complete": True, "mode": "teach"}),
    ],
    ids=["no", "a reject of any mode", "fixed in place", "yes", "half corrected", "complete"],
)
def test_what_a_yes_no_answer_refuses_is_wrong(nlp, expected, changes):
    answer = replace(ANSWER, **{"complete": False, "shown": (SADDLE,), **changes})

    assert wrong(nlp, answer) == expected


def test_a_refused_span_on_the_tokens_of_a_right_one_is_not_wrong(nlp):
    answer = replace(ANSWER, mode="teach", complete=False, shown=(Span(5, 9, "PART"),))

    assert wrong(nlp, answer) == []


def test_refused_spans_of_labels_no_longer_in_force_are_left_out(nlp):
    answer = replace(ANSWER, verdict="reject", spans=(), complete=False, shown=(CHAIN,))

    assert wrong(nlp, answer, labels=("BRAND",)) == []
