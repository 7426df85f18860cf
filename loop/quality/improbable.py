"""Answers that were improbable to the model before it learned them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import log

from loop.quality.finding import Finding, Given, quoted
from loop.quality.inconsistent_labels import UNMARKED, Use
from loop.records import Span

# An answer that contradicts a span of at least this probability is worth checking (docs/quality.md).
SURE = 0.7
# The highest certainty possible: the lattice prunes less probable spans.
CERTAIN = 1 - 1e-4


def improbable(answers: Sequence[Given], found: Mapping[str, Sequence[Use]]) -> list[Finding]:
    """Answers that lack a span the model was sure of, the surest first; at most one finding per answer.

    The probabilities are those of the question, from a round that had not learned the answer. If another text is
    answered the same way, the model was wrong, and there is no finding. The opposite case, a marked span that the
    model did not expect, is no sign of a mistake: every new name is one (docs/decisions/0150).

    Args:
        answers: with their questions.
        found: the uses of all strings, from `uses`.
    """
    worst = (max(_denied(one, found), key=_order, default=None) for one in answers)
    return sorted((finding for finding in worst if finding), key=_order, reverse=True)


def _order(finding: Finding) -> tuple[float, int]:
    return finding.surprise, -finding.answer.text_id


def _denied(one: Given, found: Mapping[str, Sequence[Use]]) -> Iterator[Finding]:
    text, marked = one.question.text.text, set(one.answer.spans)
    if one.question.stream == "revisit":  # its candidates come from the earlier answer
        return
    for candidate in one.candidates:
        span, p = candidate.span, candidate.p or 0.0
        if p < SURE or span in marked:
            continue
        string = " ".join(text[span.start : span.end].split()).casefold()
        others = (use for use in found.get(string, ()) if use.given.answer.text_id != one.answer.text_id)
        if not any(use.way == UNMARKED for use in others):
            words = f"{quoted(text, span)}: the model gave {span.label} {100 * p:.0f}%; here {_here(one, span)}"
            yield Finding("improbable", one.answer, words, -log(1 - min(p, CERTAIN)), span)


def _here(one: Given, span: Span) -> str:
    """The spans of the answer there instead."""
    text = one.question.text.text
    instead = [other for other in one.answer.spans if other.overlaps(span)]
    return ", ".join(f"{quoted(text, other)} {other.label}" for other in instead) or "unmarked"
