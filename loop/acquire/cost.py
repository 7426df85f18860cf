"""What an answer costs: seconds as a linear function of what there is to read and to correct."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass

import numpy as np

from loop.records import Span

# Fewer timed answers than this say less about an annotator than the prior does.
ENOUGH = 30
# How many answers' worth the prior weighs in a fit.
PRIOR_WEIGHT = 15.0
# A longer time than this, or than so many times the one predicted, is a break.
LONGEST = 600.0
BREAK = 8.0
# In this many seconds and less nobody has read the text.
SHORTEST = 0.2
# Residuals beyond this many times their median size count linearly, not squared (Huber 1964).
HUBER = 1.345 / 0.6745
REFITS = 30
# No annotator answers faster, whatever a line through the times of long texts says about short ones.
FASTEST = 0.5


@dataclass(frozen=True, slots=True)
class CostModel:
    """Seconds an annotator takes: a constant, and so much per token read, entity shown, and entity edited."""

    constant: float
    token: float
    span: float
    edit: float

    def seconds(self, *, tokens: float, spans: float, edits: float) -> float:
        """The time that a text with so many (expected) tokens, spans and edits takes."""
        return max(FASTEST, self.constant + self.token * tokens + self.span * spans + self.edit * edits)


# Fitted by a user study on clinical text: Wei et al. 2019, "Cost-aware active learning for named entity recognition".
PRIOR = CostModel(constant=1.4, token=0.21, span=0.0, edit=4.7)


@dataclass(frozen=True, slots=True)
class Timed:
    """One answer: how much there was to read and to correct, and the seconds it took."""

    tokens: int
    spans: int
    edits: int
    seconds: float


def edits(shown: Iterable[Span], answered: Iterable[Span]) -> int:
    """How many corrections lie between what was shown and what was answered.

    One for each span shown that is wrong, and for each one answered that touches none of those shown: what a wrong
    one was corrected to is not counted again.
    """
    before, after = set(shown), set(answered)
    added = [span for span in after if not any(map(span.overlaps, before))]
    return len(before - after) + len(added)


def fitted(answers: Sequence[Timed]) -> CostModel:
    """The model of the annotator who gave these answers; the prior while there are too few.

    Robust least squares (Huber's weights, iterated), pulled towards the prior as by `PRIOR_WEIGHT` answers; no
    coefficient is negative. Answers that took absurdly short or long, such as those with a break, are left out.
    """
    usable = [one for one in answers if _is_plausible(one)]
    if len(usable) < ENOUGH:
        return PRIOR
    x = np.array([(1.0, one.tokens, one.spans, one.edits) for one in usable])
    y = np.array([one.seconds for one in usable])
    before = np.array(astuple(PRIOR))
    # In units of what each term typically is, so that the prior holds all of them equally fast.
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
    """The x >= 0 that minimises x'ax/2 - b'x, by coordinate descent; `a` is positive definite."""
    x = np.maximum(np.linalg.solve(a, b), 0.0)
    for _ in range(200):
        for i in range(len(x)):
            x[i] = max(0.0, (b[i] - a[i] @ x + a[i, i] * x[i]) / a[i, i])
    return x
