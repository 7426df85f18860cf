"""Stopping criteria: the expected gain of more answers, and the stability of predictions. Pure functions of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Number of rounds over which the agreement of successive models is averaged.
ROUNDS = 5
# Gain in F1 per change in predicted spans; chosen on two data sets, see docs/benchmarks.md.
GAINED = 0.08
# Points of F1 that make the rest of the pool worth an annotator's time.
WORTH = 2.0
# Fewest rounds for fitting a learning curve.
FEWEST = 8
# With less than this share of the texts left, stopping early saves too little to suggest it.
SPARED = 0.3
# An expected gain whose interval is wider than this many points of F1 is not reported.
WIDEST = 6.0
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

    @property
    def tells(self) -> bool:
        """Whether the interval is narrow enough to report the gain."""
        return self.high - self.low <= WIDEST


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


def steadiness(agreements: Sequence[float | None]) -> float | None:
    """Mean agreement of successive models over the last rounds; None with too few rounds.

    Stabilising predictions (Bloodgood and Vijay-Shanker 2009), with span F1 instead of kappa; it bounds the change in
    F1 as kappa does (Bloodgood and Grothendieck 2013).
    """
    last = [one for one in agreements[-ROUNDS:] if one is not None]
    return sum(last) / ROUNDS if len(last) == ROUNDS else None


def rest_of_pool(agreements: Sequence[float | None], learned: Sequence[int], pool: int) -> float | None:
    """Estimate the points of F1 to gain from all remaining texts; None with too few rounds.

    If F1 follows a power law with a small exponent, the change per answer is proportional to 1 / answers. The total
    change still to come is then (current change per answer) · answers · ln(all texts / answered texts), of which the
    share `GAINED` is gain.

    Args:
        agreements: agreement of each round with the previous one (F1 in percent), oldest first.
        learned: number of answers that each round was trained on.
        pool: number of remaining texts.
    """
    steady = steadiness(agreements)
    if steady is None or len(learned) <= ROUNDS:
        return None
    round_size = (learned[-1] - learned[-1 - ROUNDS]) / ROUNDS
    return float(GAINED * (100 - steady) * learned[-1] / round_size * np.log1p(pool / learned[-1]))


def is_over(rest: float | None, gain: Gain | None) -> bool:
    """Whether annotating the rest of the pool is no longer worth it.

    Args:
        rest: points of F1 to gain from it, see `rest_of_pool`.
        gain: expected gain of the next 100 answers, if known.
    """
    return rest is not None and rest < WORTH and not (gain and gain.tells and gain.low > WORTH / 2)


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
