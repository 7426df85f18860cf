"""Acquisition functions: which of the texts a model has read are worth asking about first.

Each is called `function(scored, n=…, rng=…)` and returns `n` of the `scored` (all, when there are fewer), best first,
the same for the same random state. To add one, register it under a name and write that name into `loop.cfg`:

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

# An entropy counts half as much as the one of the next round: what an older model doubted is half forgotten.
FADING = 0.5


class AcquisitionFunction(Protocol):
    """Ranks texts, most worth asking first."""

    def __call__(self, scored: Sequence[Scored], *, n: int, rng: Random) -> list[Scored]:
        """Return the first `n` of `scored` in this function's order."""


# Installed packages can offer functions of their own through the entry point group `loop_acquisition`.
acquisition_functions = catalogue.create("loop", "acquisition", entry_points=True)


def get_acquisition(name: str) -> AcquisitionFunction:
    """The registered function of that name.

    Raises:
        SettingsError: there is none.
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
    """The `n` of the highest value, highest first; of equals the one that came into the corpus first."""
    return sorted(scored, key=lambda one: (-value(one), one.text_id))[:n]


def random(scored: Sequence[Scored], *, n: int, rng: Random) -> list[Scored]:
    """Any: the baseline that every other function has to beat."""
    return rng.sample(scored, min(n, len(scored)))


def longest(scored: Sequence[Scored], *, n: int, rng: Random) -> list[Scored]:  # noqa: ARG001  # one signature for all
    """Most tokens first: a baseline that looks good per answer and bad per minute."""
    return highest(scored, lambda one: one.tokens, n)


def least_confidence(scored: Sequence[Scored], *, n: int, rng: Random) -> list[Scored]:  # noqa: ARG001
    """Least probable best reading first (Culotta and McCallum 2005); favours long texts."""
    return highest(scored, lambda one: -one.outlook.best, n)


def mnlp(scored: Sequence[Scored], *, n: int, rng: Random) -> list[Scored]:  # noqa: ARG001
    """Least log-probability of the best reading per token first (maximum normalised: Shen et al. 2018)."""
    return highest(scored, lambda one: -one.outlook.best / max(one.tokens, 1), n)


def entropy(scored: Sequence[Scored], *, n: int, rng: Random) -> list[Scored]:  # noqa: ARG001
    """Most uncertain reading first (total entropy: Settles and Craven 2008); favours long texts."""
    return highest(scored, lambda one: one.entropy, n)


def entropy_per_token(scored: Sequence[Scored], *, n: int, rng: Random) -> list[Scored]:  # noqa: ARG001
    """Most uncertain per token first (normalised entropy: Settles and Craven 2008): most doubt for the reading time."""
    return highest(scored, lambda one: one.entropy / max(one.tokens, 1), n)


def margin(scored: Sequence[Scored], *, n: int, rng: Random) -> list[Scored]:  # noqa: ARG001
    """Two best readings of nearly the same probability first (Scheffer, Decomain and Wrobel 2001), as their ratio."""
    return highest(scored, lambda one: one.outlook.second - one.outlook.best, n)


def expected_errors(scored: Sequence[Scored], *, n: int, rng: Random) -> list[Scored]:  # noqa: ARG001
    """Most entities that the best reading has wrong or lacks, as its span marginals expect it; favours long texts."""
    return highest(scored, lambda one: one.expected_errors, n)


def tag_count(scored: Sequence[Scored], *, n: int, rng: Random) -> list[Scored]:  # noqa: ARG001
    """Most entities to expect first, doubted or not: for labels so rare that a random text has none."""
    return highest(scored, lambda one: one.outlook.spans, n)


def fluctuation(scored: Sequence[Scored], *, n: int, rng: Random) -> list[Scored]:  # noqa: ARG001
    """Most uncertain over the last rounds first: the mean entropy, later rounds weighted more, and its deviation.

    After Yao et al. 2020, "Looking back on the past: active learning with historical evaluation results". For a text
    that no earlier round has read it is the entropy.
    """
    return highest(scored, _unsettled, n)


def _unsettled(one: Scored) -> float:
    entropies = (*one.history, one.entropy)
    weights = [FADING**age for age in reversed(range(len(entropies)))]
    mean = sum(map(float.__mul__, weights, map(float, entropies))) / sum(weights)
    return mean + pstdev(entropies)


def gain_per_second(scored: Sequence[Scored], *, n: int, rng: Random) -> list[Scored]:  # noqa: ARG001
    """Most errors to correct in a second of the annotator's time first: the expected errors over the predicted time."""
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
