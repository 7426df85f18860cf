from __future__ import annotations

from dataclasses import replace

import pytest
import spacy

from loop.learning.examples import Examples, example
from loop.records import Answer, Span
from loop.truth import resolve

TEXT = "new  chain and saddle"
ANSWER = Answer("a", 1, "ann", "accept", spans=(Span(5, 10, "PART"),), scheme=1)


@pytest.fixture(scope="module")
def nlp():
    return spacy.blank("en")


# The white space between "new" and "chain" is a token of its own, and never part of an entity.
def tags(nlp, answer: Answer, *, known=("PART",), labels=("PART",)) -> list[str]:
    return example(nlp, TEXT, resolve([answer], {1: known}), labels=labels).get_aligned_ner()


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
    examples = Examples(nlp, [(TEXT, resolve([ANSWER], {1: ["PART"]}))] * 3, labels=["PART"])

    assert len(examples) == 3
    assert examples[2] is examples[-2:][1]


CHAIN, SADDLE = Span(5, 10, "PART"), Span(15, 21, "PART")
SILENT = [None] * 5


@pytest.mark.parametrize(
    ("expected", "changes"),
    [
        ([None, "O", None, None, "O"], {"verdict": "reject", "mode": "teach", "spans": ()}),
        ([None, "O", None, None, "O"], {"verdict": "reject", "spans": ()}),
        ([None, "O", None, None, "O"], {"verdict": "reject", "spans": (SADDLE,)}),
        ([None, "O", "U-PART", None, "O"], {"mode": "teach"}),
        ([None, "O", "U-PART", None, None], {"mode": "teach", "shown": (CHAIN,)}),
        ([None, "O", "U-PART", None, None], {"mode": "correct"}),
        (["O", "O", "U-PART", "O", "O"], {"complete": True, "mode": "teach"}),
    ],
    ids=["no", "a reject of any mode", "an imported reject", "another instead", "yes", "half corrected", "complete"],
)
def test_what_a_yes_no_answer_refuses_is_outside(nlp, expected, changes):
    answer = replace(ANSWER, **{"complete": False, "shown": (SADDLE,), **changes})

    assert tags(nlp, answer) == expected


def test_a_span_fixed_in_place_says_all_about_the_refused_one(nlp):
    answer = replace(ANSWER, mode="teach", complete=False, shown=(Span(5, 21, "PART"),))

    assert tags(nlp, answer) == [None, "O", "U-PART", None, None]


def test_refused_spans_may_overlap_each_other(nlp):
    answer = replace(
        ANSWER, verdict="reject", spans=(), complete=False, shown=(CHAIN, Span(5, 14, "PART"), Span(5, 14, "PART"))
    )

    assert tags(nlp, answer) == [None, "O", "O", "O", None]


def test_refused_spans_of_labels_no_longer_in_force_are_left_out(nlp):
    answer = replace(ANSWER, verdict="reject", spans=(), complete=False, shown=(CHAIN,))

    assert tags(nlp, answer, labels=("BRAND",)) == SILENT
