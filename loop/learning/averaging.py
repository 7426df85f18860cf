"""Averages of the weights over the steps: what a checkpoint publishes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from thinc.api import Model

Key = tuple[int, str]


class Averages:
    """Exponential moving averages of a model's weights, going on from earlier ones.

    After t steps in all, an average keeps (1 + t) / (10 + t) of itself, so that it looks back over about t / 9 steps.
    That is the schedule of thinc's `Ops.update_averages`, whose count starts anew with each optimizer.

    Attributes:
        values: as `Model.use_params` takes them.
    """

    def __init__(self, model: Model[Any, Any], before: Mapping[Key, Any], *, steps: int) -> None:
        """Go on from the averages `before`, after `steps` steps.

        Weights without an average of their shape, as those of an output layer that grew by a label, start from what
        they are.
        """
        self._model, self._steps = model, steps
        self.values: dict[Key, Any] = {}
        for key, weights in _weights(model).items():
            known = before.get(key, weights)
            self.values[key] = (known if known.shape == weights.shape else weights).copy()

    def follow(self) -> None:
        """Take in the weights after one more step."""
        self._steps += 1
        moved = np.float32(9 / (10 + self._steps))
        for key, weights in _weights(self._model).items():
            self.values[key] += moved * (weights - self.values[key])


def _weights(model: Model[Any, Any]) -> dict[Key, Any]:
    return {
        (node.id, name): node.get_param(name)
        for node in model.walk()
        for name in node.param_names
        if node.has_param(name)
    }
