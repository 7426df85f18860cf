"""Answers that the model found improbable, as it was before it learned them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import log

from loop.quality.finding import Finding, Given, quoted
from loop.quality.inconsistent_labels import UNMARKED, Use
from loop.records import Span

# What the model gave at least so much to, and the answer says otherwise, is worth a look (docs/quality.md).
SURE = 0.7
# Nothing is more certain than this: what is less probable the lattice has pruned.
CERTAIN = 1 - 1e-4


def improbable(answers: Sequence[Given], found: Mapping[str, Sequence[Use]]) -> list[Finding]:
    """Answers without a span that the model was sure of, the surest first; one finding an answer.

    The question is of the round that asked, which had not seen the answer; its candidates carry what the lattice gave
    them. Where another text is answered that way, too, it was the model that did not know better. The other improbable
    answer, a span that the model had not thought of, is no sign of a mistake: so is every name that is new to it
    (docs/decisions/0150).

    Args:
        answers: with their questions.
        found: the uses of all strings, as `uses` gives them.
    """
    worst = (max(_denied(one, found), key=_order, default=None) for one in answers)
    return sorted((finding for finding in worst if finding), key=_order, reverse=True)


def _order(finding: Finding) -> tuple[float, int]:
    return finding.surprise, -finding.answer.text_id


def _denied(one: Given, found: Mapping[str, Sequence[Use]]) -> Iterator[Finding]:
    text, marked = one.question.text.text, set(one.answer.spans)
    if one.question.stream == "revisit":  # its candidates are the earlier answer
        return
    for candidate in one.question.candidates:
        span, p = candidate.span, candidate.p or 0.0
        if p < SURE or span in marked:
            continue
        string = " ".join(text[span.start : span.end].split()).casefold()
        others = (use for use in found.get(string, ()) if use.given.answer.text_id != one.answer.text_id)
        if not any(use.way == UNMARKED for use in others):
            words = f"{quoted(text, span)}: the model gave {span.label} {100 * p:.0f} %; here {_here(one, span)}"
            yield Finding("improbable", one.answer, words, -log(1 - min(p, CERTAIN)), span)


def _here(one: Given, span: Span) -> str:
    """What the answer says there instead."""
    text = one.question.text.text
    instead = [other for other in one.answer.spans if other.overlaps(span)]
    return ", ".join(f"{quoted(text, other)} {other.label}" for other in instead) or "unmarked"
