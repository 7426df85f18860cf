"""Answers that the model found improbable, as it was before it learned them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import log

from loop.lattice import Lattice, TokenSpan
from loop.quality.finding import Finding, Given, quoted
from loop.quality.uses import UNMARKED, Use
from loop.records import Span

# A calibrated model is wrong about one in twenty of the things that it is so sure of.
IMPROBABLE = 0.05
# Below this a probability says no more than that the lattice was pruned.
LEAST = 1e-4


def improbable(answers: Sequence[Given], found: Mapping[str, Sequence[Use]]) -> list[Finding]:
    """What was answered against a probability of 95 % and more, the least probable first; one finding an answer.

    The question's lattice is of the round that asked, which had not seen the answer. What another answer says of the
    same string, too, is not doubted: the model did not know it yet.

    Args:
        answers: with their questions; those that no model had read are skipped.
        found: the uses of all strings, as `uses` gives them.
    """
    worst = (max(_against(one, found), key=_order, default=None) for one in answers if one.question.lattice)
    return sorted((finding for finding in worst if finding), key=lambda finding: (-finding.surprise, _order(finding)))


def _order(finding: Finding) -> tuple[float, int]:
    return finding.surprise, -finding.answer.text_id


def _against(one: Given, found: Mapping[str, Sequence[Use]]) -> Iterator[Finding]:
    text, marked = one.question.text.text, set(one.answer.spans)
    p = _probabilities(one)
    for span in marked:
        if p.get(span, 0.0) <= IMPROBABLE and not _elsewhere(one, span, span.label, found):
            yield _finding(one, span, p.get(span, 0.0), f"{quoted(text, span)} is marked {span.label}")
    for span, likely in p.items():
        if likely >= 1 - IMPROBABLE and span not in marked and not _elsewhere(one, span, UNMARKED, found):
            yield _finding(one, span, 1 - likely, f"{quoted(text, span)} is not marked {span.label}")


def _probabilities(one: Given) -> dict[Span, float]:
    """Of every span that the model thought possible; the lattice is asked only where its candidates give a reason."""
    question = one.question
    rough = {candidate.span: candidate.p for candidate in question.candidates if candidate.p is not None}
    sure = all(span in one.answer.spans for span, p in rough.items() if p >= 1 - IMPROBABLE)
    if sure and all(rough.get(span, 0.0) > IMPROBABLE for span in one.answer.spans):
        return rough
    spans = Lattice.from_bytes(question.lattice).spans(LEAST)
    return {_characters(span, question.tokens): p for span, p in spans}


def _characters(span: TokenSpan, tokens: Sequence[tuple[int, int]]) -> Span:
    return Span(tokens[span.start][0], tokens[span.end - 1][1], span.label)


def _elsewhere(one: Given, span: Span, way: str, found: Mapping[str, Sequence[Use]]) -> bool:
    """Whether the same string is answered the same way in another text."""
    string = " ".join(one.question.text.text[span.start : span.end].split()).casefold()
    return any(use.way == way and use.given.answer.text_id != one.answer.text_id for use in found.get(string, ()))


def _finding(one: Given, span: Span, p: float, words: str) -> Finding:
    percent = f"{100 * p:.1f} %" if p >= LEAST else "nothing"
    return Finding("improbable", one.answer, f"{words}; the model gave that {percent}", -log(max(p, LEAST)), span)
