"""Fits the cost of an answer, in seconds, to an annotator: linear in tokens, entities and corrections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple

import numpy as np

from loop.timing import PRIOR, CostModel, Timed

# With fewer timed answers than this, the prior predicts better.
ENOUGH = 30
# Weight of the prior in a fit, in answers.
PRIOR_WEIGHT = 15.0
# Residuals beyond this many times their median size count linearly, not squared (Huber 1964).
HUBER = 1.345 / 0.6745
REFITS = 30


def fitted_cost(answers: Sequence[Timed]) -> CostModel:
    """Fit the model of the annotator who gave these answers; the prior if there are too few.

    Robust regression (iterated Huber weights), regularised towards the prior with the weight of `PRIOR_WEIGHT` answers,
    with non-negative coefficients. Implausibly short or long times, such as those with a break, are left out.
    """
    usable = [one for one in answers if one.is_plausible]
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


def _not_negative(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The x >= 0 that minimises x'ax/2 - b'x for a positive definite `a`, by coordinate descent."""
    x = np.maximum(np.linalg.solve(a, b), 0.0)
    for _ in range(200):
        for i in range(len(x)):
            x[i] = max(0.0, (b[i] - a[i] @ x + a[i, i] * x[i]) / a[i, i])
    return x
