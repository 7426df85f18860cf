"""Answers that a reviewer decided differently, as feedback for those who gave them."""

from __future__ import annotations

from collections.abc import Iterable

from loop.answer_parts import Schemes
from loop.quality.finding import Finding, Given, listed
from loop.records import Answer
from loop.truth import Truth, of_texts, resolve


def reviewed(answers: Iterable[Given], adjudicated: Iterable[Answer], schemes: Schemes) -> list[Finding]:
    """The answers that differ from what was decided about their texts, by annotator, the most different first.

    Args:
        answers: complete ones in force, with their questions.
        adjudicated: the adjudicated answers in force.
        schemes: the labels that complete answers cover.
    """
    known = of_texts(adjudicated, schemes)
    found = (_differing(one, known[one.answer.text_id], schemes) for one in answers if one.answer.text_id in known)
    return sorted(
        (finding for finding in found if finding),
        key=lambda finding: (finding.answer.annotator, -finding.surprise, finding.answer.text_id),
    )


def _differing(one: Given, known: Truth, schemes: Schemes) -> Finding | None:
    said, text = resolve([one.answer], schemes), one.question.text.text
    wrong = [span for span in said.spans if known.denies(span)]
    right = [span for span in known.spans if said.denies(span)]
    if not (wrong or right):
        return None
    decided = known.parts[-1].answer
    memo = f" ({decided.memo})" if decided.memo else ""
    words = f"{one.answer.annotator} {listed(text, wrong)}, {decided.annotator} decided {listed(text, right)}{memo}"
    return Finding("reviewed", one.answer, words, float(len(wrong) + len(right)), (wrong or right)[0])
