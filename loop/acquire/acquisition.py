"""Acquisition functions: rank the scored texts by how useful their annotation is.

Each is called as `function(scored, n=…, rng=…)` and returns the best `n` of `scored` (all if there are fewer), best
first, and deterministically given the random state. To add one, register it and set its name in `loop.cfg`:

    from loop.acquire.acquisition import acquisition_functions

    @acquisition_functions("shortest")
    def shortest(scored, *, n, rng): ...
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from statistics import pstdev
from typing import Protocol

import catalogue

from loop.acquire.scored import Scored
from loop.errors import SettingsError

# Decay per round of older entropies.
FADING = 0.5


class AcquisitionFunction(Protocol):
    """Ranks texts, most useful first."""

    def __call__(self, scored: Sequence[Scored], *, n: int, rng: Random) -> list[Scored]:
        """Return the first `n` of `scored` in this function's order."""


# Installed packages can register functions through the entry point group `loop_acquisition`.
acquisition_functions = catalogue.create("loop", "acquisition", entry_points=True)


def get_acquisition(name: str) -> AcquisitionFunction:
    """Look up a registered acquisition function.

    Raises:
        SettingsError: there is none of that name.
    """
    known = acquisition_functions.get_all()
    if name not in known:
        raise SettingsError(
            f"loop.cfg: [acquire] strategy {name!r} is not an acquisition function.",
            hint=f"There are: {', '.join(sorted(known))}.",
        )
    function: AcquisitionFunction = known[name]
    return function


def highest(scored: Sequence[Scored], value: Callable[[Scored], float], n: int) -> list[Scored]:
    """The `n` texts with the highest value, highest first; ties go to the text added to the corpus first."""
    return sorted(scored, key=lambda one: (-value(one), one.text_id))[:n]


def random(scored: Sequence[Scored], *, n: int, rng: Random) -> list[Scored]:
    """Random order: the baseline that every other function has to beat."""
    return rng.sample(scored, min(n, len(scored)))


def longest(scored: Sequence[Scored], *, n: int, rng: Random) -> list[Scored]:  # noqa: ARG001  # one signature for all
    """Longest text first: a baseline that does well per answer and badly per minute."""
    return highest(scored, lambda one: one.tokens, n)


def least_confidence(scored: Sequence[Scored], *, n: int, rng: Random) -> list[Scored]:  # noqa: ARG001
    """Least probable best analysis first (Culotta and McCallum 2005); favours long texts."""
    return highest(scored, lambda one: -one.expected.best, n)


def mnlp(scored: Sequence[Scored], *, n: int, rng: Random) -> list[Scored]:  # noqa: ARG001
    """Lowest log-probability per token of the best analysis first (MNLP, Shen et al. 2018)."""
    return highest(scored, lambda one: -one.expected.best / max(one.tokens, 1), n)


def entropy(scored: Sequence[Scored], *, n: int, rng: Random) -> list[Scored]:  # noqa: ARG001
    """Highest entropy first (total entropy, Settles and Craven 2008); favours long texts."""
    return highest(scored, lambda one: one.entropy, n)


def entropy_per_token(scored: Sequence[Scored], *, n: int, rng: Random) -> list[Scored]:  # noqa: ARG001
    """Highest entropy per token first (normalised entropy, Settles and Craven 2008)."""
    return highest(scored, lambda one: one.entropy / max(one.tokens, 1), n)


def margin(scored: Sequence[Scored], *, n: int, rng: Random) -> list[Scored]:  # noqa: ARG001
    """Smallest margin between the two best analyses first, as a ratio (Scheffer, Decomain and Wrobel 2001)."""
    return highest(scored, lambda one: one.expected.second - one.expected.best, n)


def expected_errors(scored: Sequence[Scored], *, n: int, rng: Random) -> list[Scored]:  # noqa: ARG001
    """Most expected errors of the best analysis first (wrong and missed, by span marginals); favours long texts."""
    return highest(scored, lambda one: one.expected_errors, n)


def tag_count(scored: Sequence[Scored], *, n: int, rng: Random) -> list[Scored]:  # noqa: ARG001
    """Most expected entities first, certain or not: for labels so rare that random texts have none."""
    return highest(scored, lambda one: one.expected.spans, n)


def fluctuation(scored: Sequence[Scored], *, n: int, rng: Random) -> list[Scored]:  # noqa: ARG001
    """Most uncertain over the last rounds first: weighted mean entropy (later rounds count more) plus its deviation.

    After Yao et al. 2020, "Looking back on the past: active learning with historical evaluation results". Equals the
    entropy for a text that no earlier round scored.
    """
    return highest(scored, _unsettled, n)


def _unsettled(one: Scored) -> float:
    entropies = (*one.history, one.entropy)
    weights = [FADING**age for age in reversed(range(len(entropies)))]
    mean = sum(map(float.__mul__, weights, map(float, entropies))) / sum(weights)
    return mean + pstdev(entropies)


def gain_per_second(scored: Sequence[Scored], *, n: int, rng: Random) -> list[Scored]:  # noqa: ARG001
    """Most expected errors per second of predicted annotation time first."""
    return highest(scored, lambda one: one.expected_errors / one.seconds, n)


for function in (
    random,
    longest,
    least_confidence,
    mnlp,
    entropy,
    entropy_per_token,
    margin,
    expected_errors,
    tag_count,
    fluctuation,
    gain_per_second,
):
    acquisition_functions.register(function.__name__, func=function)
