"""An annotator that reads gold spans: what a careful person would answer, for simulations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from loop.errors import LoopError
from loop.records import Question, Span


class Oracle:
    """Answers from `gold`: the right spans of every text it may be asked about."""

    def __init__(self, gold: Mapping[str, Sequence[Span]]) -> None:
        self._gold = gold

    def spans(self, question: Question) -> tuple[Span, ...]:
        """The gold spans of the text asked about, on whole tokens, without overlaps.

        Raises:
            LoopError: the text is not among the gold texts.
        """
        if question.text.text not in self._gold:
            raise LoopError("The oracle was asked about a text that is not in its gold file.")
        return fit_to_tokens(self._gold[question.text.text], question.tokens)


def fit_to_tokens(spans: Sequence[Span], tokens: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
    """`spans` widened to the tokens they touch; of spans that overlap then, the longest stays."""
    fitted = []
    for span in spans:
        touched = [(start, end) for start, end in tokens if start < span.end and end > span.start]
        if touched:
            fitted.append(Span(touched[0][0], touched[-1][1], span.label))
    kept: list[Span] = []
    for span in sorted(fitted, key=lambda span: (span.start - span.end, span)):
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return tuple(sorted(kept))
