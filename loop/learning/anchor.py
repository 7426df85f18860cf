"""L2-SP regularisation: pulls the weights back towards the base, so that it still performs on other kinds of text."""

from __future__ import annotations

from typing import Any

import srsly
from thinc.api import Model

Weights = list[dict[str, Any]]


class Anchor:
    """The weights that a model started from.

    Weight decay towards these weights instead of zero (L2-SP: Li et al. 2018, arXiv:1802.01483), decoupled from the
    gradient (Loshchilov and Hutter 2019, arXiv:1711.05101).
    """

    def __init__(self, start: bytes) -> None:
        """Read the weights from the result of `Model.to_bytes`."""
        params: Weights = srsly.msgpack_loads(start)["params"]
        self._start = params

    def pull(self, model: Model[Any, Any], share: float) -> None:
        """Move the model's weights back by a `share` of the way, except those of labels added since."""
        for node, start in zip(model.walk(), self._start, strict=True):
            for name, value in start.items():
                if value is not None:
                    grown: Any = node.get_param(name)
                    weights = grown[tuple(map(slice, value.shape))]
                    weights += share * (value - weights)
