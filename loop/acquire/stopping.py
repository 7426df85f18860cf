"""When to stop: what more answers would bring, and whether the model still changes. Pure functions of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Rounds over which the agreement of successive models is averaged.
ROUNDS = 5
# How much of what changes in the spans found is gain in F1: chosen on two sets, see docs/benchmarks.md.
GAINED = 0.08
# Points of F1 for which the rest of the pool is worth an annotator's time.
WORTH = 2.0
# So many rounds, at the least, for a curve to be fitted.
FEWEST = 8
# Less than this share of all texts is not worth a stop: it is nearly done.
SPARED = 0.3
# An expected gain whose interval is wider than this many points of F1 tells nothing.
WIDEST = 6.0
# A curve begins where the model has found its feet: with this share of the answers so far.
BEGINNING = 0.2
LEVEL = 95.0
# A label is looked at when so many of its spans, and so much of them, are taken for another one; when so many of its
# strings are answered in different ways; when it has so few of many spans.
CONFUSED, CONFUSED_SHARE = 8, 0.2
CONTRADICTED, CONTRADICTED_SHARE = 8, 0.1
FEW, MANY = 20, 200
_POWERS = np.geomspace(0.05, 3.0, 15)
_SCALES = np.geomspace(0.1, 3.0, 12)  # of the answers so far


class Gain(NamedTuple):
    """Points of F1 that more answers are expected to bring, with the interval of 95 %."""

    f: float
    low: float
    high: float

    @property
    def tells(self) -> bool:
        """Whether it is known well enough to be said."""
        return self.high - self.low <= WIDEST


def expected_gain(
    answers: Sequence[float], f: Floats, drawn: Floats, *, more: int, since: float | None = None
) -> Gain | None:
    """What the fitted learning curve gains from the last round on; None with too few rounds.

    Power laws (Cortes et al. 1994; Figueroa et al. 2012) and exponentials that rise to a limit are fitted by least
    squares, and the better one is taken. The interval is that of fits to the curves of resampled held-out texts, with
    resampled residuals of the rounds: what chance does to the texts, and what it does to the training.

    Args:
        answers: that each round learned from, rising.
        f: (rounds,) the score of each in percent.
        drawn: (resamples, rounds) the scores on resampled texts, the same resample in a row.
        more: how many answers.
        since: how many answers there are before them, if not those of the last round.
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
    """(shapes, rounds + 2) what falls to 0 with the answers, for each power and each scale; last come now and then."""
    at = np.append(x, [now, then])
    powers = (at / x[-1]) ** -_POWERS[:, None]
    return np.concatenate([powers, np.exp(-at / (_SCALES[:, None] * x[-1]))])


def _fit(curves: Floats, y: Floats) -> tuple[Floats, Floats]:
    """(curves, rounds) the best fit of limit − b · shape with b ≥ 0 to each row of `y`, and (curves,) what it gains."""
    inside, now, then = curves[:, :-2], curves[:, -2], curves[:, -1]
    centred = inside - inside.mean(axis=1, keepdims=True)
    slope = np.minimum(y @ centred.T / (centred**2).sum(axis=1), 0.0)  # (rows, shapes); minus b
    mean = y.mean(axis=1, keepdims=True)
    error = ((y - mean) ** 2).sum(axis=1, keepdims=True) - 2 * slope * ((y - mean) @ centred.T)
    best = (error + slope**2 * (centred**2).sum(axis=1)).argmin(axis=1)
    b = np.take_along_axis(slope, best[:, None], axis=1)
    return mean + b * centred[best], (b[:, 0] * (then - now)[best])


def steadiness(agreements: Sequence[float | None]) -> float | None:
    """The mean agreement of the last rounds with the one before each; None with too few.

    Stabilising predictions (Bloodgood and Vijay-Shanker 2009), with F1 of the spans in the place of kappa, from which
    the most that F1 on the texts can change follows likewise (Bloodgood and Grothendieck 2013).
    """
    last = [one for one in agreements[-ROUNDS:] if one is not None]
    return sum(last) / ROUNDS if len(last) == ROUNDS else None


def rest_of_pool(agreements: Sequence[float | None], learned: Sequence[int], pool: int) -> float | None:
    """Points of F1 that all texts left would bring, about; None with too few rounds.

    Where F1 follows a power law of a small exponent, what an answer changes falls as one over the number of answers, so
    the change still to come is that of the last answers times their number times ln(all texts / answered ones). A
    share of it, `GAINED`, is gain.

    Args:
        agreements: of all rounds with the one before, oldest first, F1 in percent.
        learned: answers that each round learned from.
        pool: texts left.
    """
    steady = steadiness(agreements)
    if steady is None or len(learned) <= ROUNDS:
        return None
    round_size = (learned[-1] - learned[-1 - ROUNDS]) / ROUNDS
    return float(GAINED * (100 - steady) * learned[-1] / round_size * np.log1p(pool / learned[-1]))


def is_over(rest: float | None, gain: Gain | None) -> bool:
    """Whether the rest of the pool is worth no more answers.

    Args:
        rest: points of F1 that it would bring, see `rest_of_pool`.
        gain: of the next 100 answers, as far as it is known.
    """
    return rest is not None and rest < WORTH and not (gain and gain.tells and gain.low > WORTH / 2)


def is_surely_over(more: Gain, rest: Gain) -> bool:
    """Whether a cross-validated curve says so: little is to be had, and surely little with the next 100 answers."""
    return rest.f < WORTH and more.high < WORTH


def learns_by_heart(losses: Sequence[float], f: Floats, drawn: Floats) -> bool:
    """Whether the training loss keeps falling while F1 on texts that are not learned from falls or stands.

    Args:
        losses: of rounds, oldest first.
        f: their scores, as in `expected_gain`.
        drawn: the same on resampled texts.
    """
    if len(losses) < 2 * ROUNDS:
        return False
    before, after = slice(-2 * ROUNDS, -ROUNDS), slice(-ROUNDS, None)
    falls = np.mean(losses[after]) < 0.8 * np.mean(losses[before])
    more = drawn[:, after].mean(axis=1) - drawn[:, before].mean(axis=1)
    stands = f[after].mean() <= f[before].mean() and np.percentile(more, LEVEL) < 2.0
    return bool(falls and stands)


class LabelFacts(NamedTuple):
    """What is known of a label.

    Attributes:
        taught: spans in the answers that train. gold: spans to find in the held-out texts.
        contradicted: places where the same string was answered another way.
        taken_for: what it is most often mistaken for, so many `times`.
    """

    label: str
    taught: int
    gold: int
    contradicted: int = 0
    taken_for: str = ""
    times: int = 0


def weak_point(labels: Sequence[LabelFacts]) -> str:
    """The label to look at, in a sentence that says why and what to do; empty where none stands out."""
    total = sum(one.taught for one in labels)
    for one in labels:
        if one.times >= CONFUSED and one.times >= CONFUSED_SHARE * one.gold:
            return (
                f"Look at {one.label}: of {one.gold} spans that measure, {one.times} are taken for {one.taken_for}. "
                "Say in guidelines.md how the two are told apart, and see `loop check`."
            )
    for one in labels:
        if one.contradicted >= CONTRADICTED and one.contradicted >= CONTRADICTED_SHARE * one.taught:
            return (
                f"Look at {one.label}: {one.contradicted} times a string was answered in another way than elsewhere. "
                "`loop check` shows them."
            )
    for one in labels:
        if len(labels) > 1 and not one.taught and total >= MANY:
            return (
                f"Look at {one.label}: no answer has one yet. Name some (`loop patterns add`), or find texts that have "
                "one (Ctrl+F in a session)."
            )
        if len(labels) > 1 and one.taught < FEW and total >= MANY:
            return (
                f"Look at {one.label}: it has only {one.taught} of {total} spans. "
                f"`loop annotate --label {one.label}` asks about texts in which it is likely."
            )
    return ""
