"""Probabilities that mean what they say: a temperature fitted on answers the model had not yet learned from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from loop.lattice import Lattice
from loop.records import TokenSpan

DEFAULT = 3.0
"""The temperature before anything is known; small models taught with 100 to 1,000 texts needed 2.5 to 5.5."""

STRENGTH = 2.0
"""How hard the usual temperature pulls, in squared errors per squared log ratio: as much as ten to thirty texts."""

GRID: NDArray[np.float64] = np.geomspace(0.6, 9.0, 13)
"""The temperatures tried; what lies between them is interpolated."""

RECENT = 200
"""How many of the latest answered texts a temperature is fitted on: what they say of earlier models fades."""

ENOUGH_RANDOM = 30
"""From so many texts drawn at random, the others, which were chosen for being doubtful, are left out."""

_NEGLIGIBLE = 1e-3
"""A wrong span of less probability adds less than a millionth to the squared error."""

Gold = Iterable[TokenSpan]
Read = Callable[[Sequence[float]], Sequence[Sequence[Lattice]]]


@dataclass(frozen=True)
class Estimate:
    """What the model's own readings would score, judged by its calibrated probabilities alone; each in [0, 1]."""

    precision: float
    recall: float
    f: float


class Tried(NamedTuple):
    """One answered text as the model read it before it learned from it.

    Attributes:
        errors: of `squared_errors`, for every temperature of `GRID`. at_random: it was not chosen for being doubtful.
    """

    errors: tuple[float, ...]
    at_random: bool


def temperature_of(tried: Sequence[Tried]) -> float:
    """The temperature that the latest answered texts ask for, whatever it was before; the usual one without any."""
    recent = tried[-RECENT:]
    at_random = [text for text in recent if text.at_random]
    used = at_random if len(at_random) >= ENOUGH_RANDOM else recent
    return fitted(np.array([text.errors for text in used]).T) if used else DEFAULT


def squared_errors(read: Read, gold: Sequence[Gold]) -> NDArray[np.float64]:
    """(temperatures of `GRID`, texts) the sum over all spans of (p - 1)² for a right one, p² for a wrong one.

    Args:
        read: for each of some temperatures the lattices of the texts. They must be *scored* at it, not scored at 1 and
            tempered, since pruning at 1 takes away what a temperature of 5 would bring back.
        gold: the right spans of each text, all of them.
    """
    spans = [frozenset(right) for right in gold]
    return np.array(
        [
            [one.squared_error(right, _NEGLIGIBLE) for one, right in zip(lattices, spans, strict=True)]
            for lattices in read(GRID.tolist())
        ]
    )


def fitted(errors: NDArray[np.float64]) -> float:
    """The temperature of the least squared error (Brier 1950), pulled towards the usual one, the more the fewer texts.

    The squared error is a proper score as the likelihood is, but bounded: a weak model is sure of some mistakes, and
    these alone would decide the likelihood (it asked for temperatures of 8 to 9 where 5 was calibrated).

    It is pulled towards the same one each time, not to the one before: the same texts give the same temperature,
    however often it is fitted.

    Args:
        errors: of `squared_errors`; any subset of its columns.
    """
    x = np.log(GRID)
    total = errors.sum(axis=1) + STRENGTH * (x - np.log(DEFAULT)) ** 2
    best = int(np.clip(total.argmin(), 1, len(GRID) - 2))
    before, here, after = total[best - 1 : best + 2].tolist()
    bend = before - 2 * here + after
    shift = float(np.clip((before - after) / (2 * bend), -1, 1)) if bend > 0 else float(total.argmin() - best)
    return float(np.exp(x[best] + shift * (x[1] - x[0])))


def estimate(lattices: Iterable[Lattice]) -> Estimate:
    """Expected precision, recall and F1 of the pipeline's own readings, on texts without answers.

    An expected right span counts its probability, and all probabilities add up to the expected number of gold spans.
    The ratios are of sums over the texts, as scores are. Without a span, 0.
    """
    right = shown = expected = 0.0
    for lattice in lattices:
        p = dict(lattice.spans(_NEGLIGIBLE))
        right += sum(p.get(span, 0.0) for span in lattice.own)
        shown += len(lattice.own)
        expected += sum(p.values())
    return Estimate(_ratio(right, shown), _ratio(right, expected), _ratio(2 * right, shown + expected))


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
