"""Stopping criteria: the expected gain of more answers, and the stability of predictions. Pure functions of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Rounds that are averaged.
ROUNDS = 5
# Gain in F1 per change in predicted spans; chosen on the first sets of benchmarks/advice.py.
GAINED = 0.45
# Points of F1 that make the rest of the pool worth an annotator's time.
WORTH = 2.0
# Nine in ten gains of the next answers are within this factor of the estimate, and these points of F1.
FACTOR, NOISE = 2.5, 1.0
# Fewest rounds for fitting a learning curve.
FEWEST = 8
# With less than this share of the texts left, stopping early saves too little to suggest it.
SPARED = 0.3
# A learning curve is fitted from this share of the answers on; earlier rounds are too erratic.
BEGINNING = 0.2
LEVEL = 95.0
# A label stands out if at least this number and share of its spans are confused with another label or answered
# inconsistently, or if it has this few spans while the project has many.
CONFUSED, CONFUSED_SHARE = 8, 0.2
CONTRADICTED, CONTRADICTED_SHARE = 8, 0.1
FEW, MANY = 20, 200
_POWERS = np.geomspace(0.05, 3.0, 15)
_SCALES = np.geomspace(0.1, 3.0, 12)  # relative to the answers so far


class Gain(NamedTuple):
    """Points of F1 expected from more answers, with a 95% interval."""

    f1: float
    low: float
    high: float


def expected_gain(
    answers: Sequence[float], f: Floats, drawn: Floats, *, more: int, since: float | None = None
) -> Gain | None:
    """Extrapolate the learning curve: the gain of `more` answers after the last round; None with too few rounds.

    Fits power laws (Cortes et al. 1994; Figueroa et al. 2012) and saturating exponentials by least squares and takes
    the better one. The interval is a bootstrap over held-out texts and over the residuals of the rounds: it covers the
    noise of both evaluation and training.

    Args:
        answers: number of answers that each round was trained on, increasing.
        f: (rounds,) F1 of each round in percent.
        drawn: (resamples, rounds) F1 on resampled texts; each row is one resample.
        more: number of additional answers.
        since: number of answers to start from; by default, that of the last round.
    """
    x = np.asarray(answers, dtype=float)
    used = x >= BEGINNING * x[-1] if len(x) else np.zeros(0, dtype=bool)
    if used.sum() < FEWEST:
        return None
    x, f, drawn = x[used], f[used], drawn[:, used]
    now = float(x[-1]) if since is None else since
    curves = _features(x, now, now + more)
    fitted, (gain,) = _fit(curves, f[None])
    shapes, _ = _fit(curves, drawn)
    rng = np.random.default_rng(0)
    residuals = rng.choice(f - fitted[0], size=shapes.shape)
    _, gains = _fit(curves, shapes + residuals)
    low, high = np.percentile(gains, [(100 - LEVEL) / 2, (100 + LEVEL) / 2]).tolist()
    most = 100.0 - float(fitted[0, -1])
    return Gain(*(min(each, most) for each in (float(gain), min(low, float(gain)), max(high, float(gain)))))


def _features(x: Floats, now: float, then: float) -> Floats:
    """(shapes, rounds + 2) curves that decay to 0, one per power and per scale, at `x`, `now` and `then`."""
    at = np.append(x, [now, then])
    powers = (at / x[-1]) ** -_POWERS[:, None]
    return np.concatenate([powers, np.exp(-at / (_SCALES[:, None] * x[-1]))])


def _fit(curves: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Fit limit − b · shape, with b ≥ 0, to each row of `y`: (rows, rounds) fitted values and (rows,) gains."""
    inside, now, then = curves[:, :-2], curves[:, -2], curves[:, -1]
    centred = inside - inside.mean(axis=1, keepdims=True)
    slope = np.minimum(y @ centred.T / (centred**2).sum(axis=1), 0.0)  # (rows, shapes); minus b
    mean = y.mean(axis=1, keepdims=True)
    error = ((y - mean) ** 2).sum(axis=1, keepdims=True) - 2 * slope * ((y - mean) @ centred.T)
    best = (error + slope**2 * (centred**2).sum(axis=1)).argmin(axis=1)
    b = np.take_along_axis(slope, best[:, None], axis=1)
    return mean + b * centred[best], (b[:, 0] * (then - now)[best])


def gain_ahead(changed: float, before: int, now: int, more: int) -> float:
    """Estimate the points of F1 to gain from more answers, by how much the predictions have changed until now.

    Stabilising predictions (Bloodgood and Vijay-Shanker 2009; they bound the change in F1, Bloodgood and Grothendieck
    2013), over a long stretch of answers: from one round to the next, much of the change is to and fro. Its part that
    is gain, `GAINED`, goes on as 1 / answers falls. With the logarithm of the answers instead, the next answers would
    bring too little and all of the pool far too much.

    Args:
        changed: 100 minus F1 (percent) of the predictions after `before` answers against those after `now`.
        before: number of answers learned then.
        now: number of answers learned now.
        more: number of additional answers.
    """
    return GAINED * changed * (1 / now - 1 / (now + more)) / (1 / before - 1 / now)


def with_interval(f1: float) -> Gain:
    """An estimated gain from a few answers with the interval that holds nine in ten."""
    return Gain(f1, max(0.0, f1 / FACTOR - NOISE), f1 * FACTOR + NOISE)


def is_over(rest: float | None) -> bool:
    """Whether annotating the rest of the pool, which would bring so many points of F1, is no longer worth it."""
    return rest is not None and rest < WORTH


def is_surely_over(more: Gain, rest: Gain) -> bool:
    """Whether, by cross-validation, little gain is left in all and surely little in the next 100 answers."""
    return rest.f1 < WORTH and more.high < WORTH


def overfits(losses: Sequence[float], f: Floats, drawn: Floats) -> bool:
    """Whether the model overfits: training loss keeps falling while held-out F1 stagnates or falls.

    Args:
        losses: loss of each round, oldest first.
        f: (rounds,) held-out F1 in percent.
        drawn: (resamples, rounds) the same on resampled texts.
    """
    if len(losses) < 2 * ROUNDS:
        return False
    before, after = slice(-2 * ROUNDS, -ROUNDS), slice(-ROUNDS, None)
    falls = np.mean(losses[after]) < 0.8 * np.mean(losses[before])
    more = drawn[:, after].mean(axis=1) - drawn[:, before].mean(axis=1)
    stands = f[after].mean() <= f[before].mean() and np.percentile(more, LEVEL) < 2.0
    return bool(falls and stands)


class LabelFacts(NamedTuple):
    """Statistics of a label.

    Attributes:
        label: its name.
        taught: number of spans in training answers.
        gold: number of gold spans in held-out texts.
        contradicted: number of places where a string was answered differently than elsewhere.
        taken_for: the label it is most often confused with.
        times: how often.
    """

    label: str
    taught: int
    gold: int
    contradicted: int = 0
    taken_for: str = ""
    times: int = 0


def weak_point(labels: Sequence[LabelFacts]) -> str:
    """Advice about the weakest label: why it stands out and what to do; empty if none does."""
    total = sum(one.taught for one in labels)
    for one in labels:
        if one.times >= CONFUSED and one.times >= CONFUSED_SHARE * one.gold:
            return (
                f"Look at {one.label}: {one.times} of {one.gold} held-out spans are predicted as {one.taken_for}. "
                "Explain in guidelines.md how to tell them apart, and run `loop check`."
            )
    for one in labels:
        if one.contradicted >= CONTRADICTED and one.contradicted >= CONTRADICTED_SHARE * one.taught:
            return (
                f"Look at {one.label}: {one.contradicted} times a string was answered differently than elsewhere. "
                "`loop check` lists them."
            )
    for one in labels:
        if len(labels) > 1 and 0 < one.taught < FEW and total >= MANY:
            return (
                f"Look at {one.label}: it has only {one.taught} of {total} spans. "
                f"`loop annotate --label {one.label}` asks about texts in which it is likely."
            )
    return ""
