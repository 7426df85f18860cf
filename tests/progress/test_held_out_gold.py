from __future__ import annotations

from loop.progress.held_out_gold import GoldText
from loop.records import Answer, Span, Text
from loop.truth import resolve

SPAN = Span(0, 5, "A")
ANSWER = Answer("x", 1, "ann", "accept", (SPAN,), scheme=1, rank=1)


def test_a_text_of_the_corpus_has_an_answer_and_one_of_a_gold_file_has_none():
    truth = resolve([ANSWER], {1: ("A",)})
    asked = GoldText("chain", (SPAN,), ("A",), "1", Text(1, "chain"), truth)
    of_file = GoldText("chain", (SPAN,), ("A",), "1", None, truth)

    assert ANSWER == asked.answer
    assert of_file.answer is None
