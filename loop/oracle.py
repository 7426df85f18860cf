"""An annotator that reads gold spans: what a careful person would answer, for simulations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from loop.alignment import longest, widened
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
        text = question.text.text
        words = [(start, end) for start, end in question.tokens if text[start:end].strip()]
        return longest({span for span in widened(self._gold[text], words) if span})
