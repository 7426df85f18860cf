"""Moving averages of the weights: the weights that a checkpoint publishes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from thinc.api import Model

Key = tuple[int, str]


class Averages:
    """Exponential moving averages of a model's weights, continued from earlier rounds.

    The decay after t steps is (1 + t) / (10 + t), a window of about t / 9 steps. This is the schedule of thinc's
    `Ops.update_averages`, except that the count does not restart with each optimizer.

    Attributes:
        values: the averages, as `Model.use_params` takes them.
    """

    def __init__(self, model: Model[Any, Any], before: Mapping[Key, Any], *, steps: int) -> None:
        """Continue from the averages `before`, taken over `steps` steps.

        Weights without an average of the same shape, such as an output layer that grew by a label, start from their
        present values.
        """
        self._model, self._steps = model, steps
        self.values: dict[Key, Any] = {}
        for key, weights in _weights(model).items():
            known = before.get(key, weights)
            self.values[key] = (known if known.shape == weights.shape else weights).copy()

    def follow(self) -> None:
        """Update the averages after one more step."""
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
