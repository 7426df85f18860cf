"""Cost model of an answer: seconds as a linear function of tokens, entities and corrections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass

import numpy as np

from loop.records import Span

# With fewer timed answers than this, the prior predicts better.
ENOUGH = 30
# Weight of the prior in a fit, in answers.
PRIOR_WEIGHT = 15.0
# A time above this (seconds), or above this multiple of the predicted time, contains a break.
LONGEST = 600.0
BREAK = 8.0
# Nobody reads a text in this many seconds or less.
SHORTEST = 0.2
# Residuals beyond this many times their median size count linearly, not squared (Huber 1964).
HUBER = 1.345 / 0.6745
REFITS = 30
# No annotator answers faster (seconds), whatever the fit extrapolates to short texts.
FASTEST = 0.5


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
    """A timed answer: tokens, spans shown, corrections, and the seconds it took."""

    tokens: int
    spans: int
    edits: int
    seconds: float


def edits(shown: Iterable[Span], answered: Iterable[Span]) -> int:
    """The number of corrections from the spans shown to the spans answered.

    Counts each wrong span shown, and each answered span that overlaps none of those shown: an answered span that
    overlaps a wrong one is the correction already counted.
    """
    before, after = set(shown), set(answered)
    added = [span for span in after if not any(map(span.overlaps, before))]
    return len(before - after) + len(added)


def fitted_cost(answers: Sequence[Timed]) -> CostModel:
    """Fit the model of the annotator who gave these answers; the prior if there are too few.

    Robust regression (iterated Huber weights), regularised towards the prior with the weight of `PRIOR_WEIGHT` answers,
    with non-negative coefficients. Implausibly short or long times, such as those with a break, are left out.
    """
    usable = [one for one in answers if _is_plausible(one)]
    if len(usable) < ENOUGH:
        return PRIOR
    x = np.array([(1.0, one.tokens, one.spans, one.edits) for one in usable])
    y = np.array([one.seconds for one in usable])
    before = np.array(astuple(PRIOR))
    # Scale the terms, so that the prior regularises all of them equally.
    scale = np.sqrt((x**2).mean(axis=0))
    scale[scale == 0.0] = 1.0
    pull = PRIOR_WEIGHT * np.diag(scale**2)
    weight = np.ones(len(y))
    found = before
    for _ in range(REFITS):
        weighted = x.T * weight
        found = _not_negative(weighted @ x + pull, weighted @ y + pull @ before)
        size = np.abs(y - x @ found)
        bound = HUBER * max(float(np.median(size)), 1e-6)
        weight = np.minimum(1.0, bound / np.maximum(size, 1e-12))
    return CostModel(*found.tolist())


def _is_plausible(one: Timed) -> bool:
    expected = PRIOR.seconds(tokens=one.tokens, spans=one.spans, edits=one.edits)
    return SHORTEST <= one.seconds <= min(LONGEST, BREAK * max(expected, FASTEST))


def _not_negative(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The x >= 0 that minimises x'ax/2 - b'x for a positive definite `a`, by coordinate descent."""
    x = np.maximum(np.linalg.solve(a, b), 0.0)
    for _ in range(200):
        for i in range(len(x)):
            x[i] = max(0.0, (b[i] - a[i] @ x + a[i, i] * x[i]) / a[i, i])
    return x
