"""The time an answer should take, and which of the times measured are plausible."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from loop.records import Answer, Passage, Question, Span

# Seconds. A time above the first, or above this multiple of the predicted time, contains a break.
LONGEST = 600.0
BREAK = 8.0
# Nobody reads a text in this many seconds or less.
SHORTEST = 0.2
# No annotator answers faster (seconds), whatever a fit extrapolates to short texts.
FASTEST = 0.5
# Tokens around a passage are glanced at: what one costs, as a share of one that is read.
DIMMED = 1 / 3


@dataclass(frozen=True, slots=True)
class CostModel:
    """Seconds an annotator takes: a constant, plus an amount per token, per entity shown and per correction."""

    constant: float
    token: float
    span: float
    edit: float

    def seconds(self, *, tokens: float, spans: float, edits: float) -> float:
        """Predicted seconds for a text with these (expected) numbers of tokens, spans and edits."""
        return max(FASTEST, self.constant + self.token * tokens + self.span * spans + self.edit * edits)


# From a user study on clinical text: Wei et al. 2019, "Cost-aware active learning for named entity recognition".
PRIOR = CostModel(constant=1.4, token=0.21, span=0.0, edit=4.7)


@dataclass(frozen=True, slots=True)
class Timed:
    """A timed answer: tokens (see `tokens_read`), spans shown, corrections, and the seconds it took."""

    tokens: float
    spans: int
    edits: int
    seconds: float

    @property
    def expected(self) -> float:
        """The seconds that the prior predicts."""
        return PRIOR.seconds(tokens=self.tokens, spans=self.spans, edits=self.edits)

    @property
    def is_plausible(self) -> bool:
        """Whether somebody read the text and answered without a break in that time."""
        return SHORTEST <= self.seconds <= min(LONGEST, BREAK * self.expected)


def tokens_read(tokens: Sequence[tuple[int, int]], passage: Passage | None, *, dimmed: float = DIMMED) -> float:
    """The number of tokens, given as character offsets, of which those around a passage count `dimmed`."""
    if passage is None:
        return len(tokens)
    inside = sum(start < passage[1] and passage[0] < end for start, end in tokens)
    return inside + dimmed * (len(tokens) - inside)


def timed(answer: Answer, *, tokens: float) -> Timed:
    """The time of an answer to a text of so many tokens; a yes or no to one span has no corrections."""
    changed = edits(answer.shown, answer.spans) if answer.complete or answer.passage else 0
    return Timed(tokens, len(answer.shown), changed, answer.seconds)


def has_plausible_time(question: Question, answer: Answer) -> bool:
    """Whether an answer was timed, and given without a break."""
    return timed(answer, tokens=tokens_read(question.tokens, answer.passage)).is_plausible


def edits(shown: Iterable[Span], answered: Iterable[Span]) -> int:
    """The number of corrections from the spans shown to the spans answered.

    Counts each wrong span shown, and each answered span that overlaps none of those shown: an answered span that
    overlaps a wrong one is the correction already counted.
    """
    before, after = set(shown), set(answered)
    added = [span for span in after if not any(map(span.overlaps, before))]
    return len(before - after) + len(added)
