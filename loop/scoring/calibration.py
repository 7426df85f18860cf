"""Calibrates probabilities: fits a temperature on answers that the model had not yet been trained on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loop.lattice import Lattice
from loop.records import TokenSpan

DEFAULT = 3.0
"""The prior temperature; small models trained on 100 to 1,000 texts needed 2.5 to 5.5."""

STRENGTH = 2.0
"""Weight of the prior, in squared error per squared log ratio to `DEFAULT`: equivalent to ten to thirty texts."""

GRID: NDArray[np.float64] = np.geomspace(0.6, 9.0, 13)
"""The temperatures tried; the optimum is interpolated between them."""

RECENT = 200
"""How many of the latest answered texts the temperature is fitted on: older ones were scored by older models."""

ENOUGH_RANDOM = 30
"""With this many randomly drawn texts, those selected for uncertainty are left out of the fit."""

_NEGLIGIBLE = 1e-3
"""A wrong span below this probability adds less than 1e-6 to the squared error."""

Gold = Iterable[TokenSpan]
Within = Sequence[tuple[int, int]]
Read = Callable[[Sequence[float]], Sequence[Sequence[Lattice]]]


class Tried(NamedTuple):
    """The errors on one answered text, scored before the model was trained on it.

    Attributes:
        errors: squared error at every temperature of `GRID`; see `squared_errors`.
        at_random: whether the text was drawn at random, not selected for uncertainty.
    """

    errors: tuple[float, ...]
    at_random: bool


def temperature_of(tried: Sequence[Tried]) -> float:
    """Fit the temperature on the latest answered texts; `DEFAULT` without any."""
    recent = tried[-RECENT:]
    at_random = [text for text in recent if text.at_random]
    used = at_random if len(at_random) >= ENOUGH_RANDOM else recent
    return fitted_temperature(np.array([text.errors for text in used]).T) if used else DEFAULT


def squared_errors(read: Read, gold: Sequence[Gold], within: Sequence[Within] | None = None) -> NDArray[np.float64]:
    """Brier scores of the texts at each temperature: the sum over spans of (p - 1)² if correct, p² if wrong.

    Args:
        read: returns the lattices of the texts for each of the given temperatures. They must be *scored* at that
            temperature, not scored at 1 and tempered: pruning at 1 drops spans that matter at 5.
        gold: all gold spans of each text.
        within: of each text the token ranges in which all gold spans are known; by default all texts whole.

    Returns:
        Array of shape (temperatures of `GRID`, texts).
    """
    spans = [frozenset(right) for right in gold]
    known: Sequence[Within | None] = within or [None] * len(spans)
    return np.array(
        [
            [
                one.squared_error(right, _NEGLIGIBLE, where)
                for one, right, where in zip(lattices, spans, known, strict=True)
            ]
            for lattices in read(GRID.tolist())
        ]
    )


def fitted_temperature(errors: NDArray[np.float64]) -> float:
    """The temperature with the least squared error (Brier 1950), shrunk towards `DEFAULT` when texts are few.

    Like the likelihood, the squared error is a proper scoring rule, but it is bounded. A weak model makes some mistakes
    with near certainty, and these alone would dominate the likelihood (which gave temperatures of 8 to 9 where 5 was
    calibrated).

    The prior is always `DEFAULT`, never the previous temperature: refitting on the same texts gives the same result.

    Args:
        errors: result of `squared_errors`, or a subset of its columns.
    """
    x = np.log(GRID)
    total = errors.sum(axis=1) + STRENGTH * (x - np.log(DEFAULT)) ** 2
    best = int(np.clip(total.argmin(), 1, len(GRID) - 2))
    before, here, after = total[best - 1 : best + 2].tolist()
    bend = before - 2 * here + after
    shift = float(np.clip((before - after) / (2 * bend), -1, 1)) if bend > 0 else float(total.argmin() - best)
    return float(np.exp(x[best] + shift * (x[1] - x[0])))
