"""Acquisition functions: which of the texts a model has read are worth asking about first.

Each is called `function(scored, n=…, rng=…)` and returns `n` of the `scored` (all, when there are fewer), best first,
the same for the same random state. To add one, register it under a name and write that name into `loop.cfg`:

    from loop.acquire.acquisition import acquisition_functions

    @acquisition_functions("shortest")
    def shortest(scored, *, n, rng): ...
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol

import catalogue

from loop.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Scored:
    """A text as the model reads it: `entropy` of its reading in nats, and its length in tokens."""

    text_id: int
    tokens: int
    entropy: float


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
            f"loop.cfg: [acquire] strategy {name!r} is no acquisition function.",
            hint=f"There are: {', '.join(sorted(known))}.",
        )
    function: AcquisitionFunction = known[name]
    return function


def _highest(scored: Sequence[Scored], value: Callable[[Scored], float], n: int) -> list[Scored]:
    return sorted(scored, key=lambda one: (-value(one), one.text_id))[:n]


def random(scored: Sequence[Scored], *, n: int, rng: Random) -> list[Scored]:
    """Any: the baseline that every other function has to beat."""
    return rng.sample(scored, min(n, len(scored)))


def longest(scored: Sequence[Scored], *, n: int, rng: Random) -> list[Scored]:  # noqa: ARG001  # one signature for all
    """Most tokens first: a baseline that looks good per answer and bad per minute."""
    return _highest(scored, lambda one: one.tokens, n)


def entropy(scored: Sequence[Scored], *, n: int, rng: Random) -> list[Scored]:  # noqa: ARG001
    """Most uncertain reading first (total entropy: Settles and Craven 2008); favours long texts."""
    return _highest(scored, lambda one: one.entropy, n)


def entropy_per_token(scored: Sequence[Scored], *, n: int, rng: Random) -> list[Scored]:  # noqa: ARG001
    """Most uncertain per token first (normalised entropy: Settles and Craven 2008): most doubt for the reading time."""
    return _highest(scored, lambda one: one.entropy / max(one.tokens, 1), n)


for function in (random, longest, entropy, entropy_per_token):
    acquisition_functions.register(function.__name__, func=function)
