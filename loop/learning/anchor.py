"""What is learned pulls away from the base; a spring pulls back, so that texts of other kinds are still read well."""

from __future__ import annotations

from typing import Any

import srsly
from thinc.api import Model

Weights = list[dict[str, Any]]


class Anchor:
    """The weights that a model started from.

    A decay towards the start instead of zero, apart from the gradient (L2-SP, Li et al. 2018, arXiv:1802.01483; the
    decoupling as in Loshchilov and Hutter 2019, arXiv:1711.05101).
    """

    def __init__(self, start: bytes) -> None:
        """Take the weights from a model's bytes, as `Model.to_bytes` gives them."""
        params: Weights = srsly.msgpack_loads(start)["params"]
        self._start = params

    def pull(self, model: Model[Any, Any], share: float) -> None:
        """Move the model's weights back by a `share` of the way; those of labels added since are left alone."""
        for node, start in zip(model.walk(), self._start, strict=True):
            for name, value in start.items():
                if value is not None:
                    grown: Any = node.get_param(name)
                    weights = grown[tuple(map(slice, value.shape))]
                    weights += share * (value - weights)
