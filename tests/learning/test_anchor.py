from __future__ import annotations

import numpy as np
import pytest
from thinc.api import Linear, Relu, chain

from loop.learning.anchor import Anchor


def weights(model):
    return [node.get_param(name) for node in model.walk() for name in node.param_names]


def test_weights_are_pulled_by_a_share_of_the_way():
    model = chain(Relu(3, 2), Linear(2, 3)).initialize()
    anchor, before = Anchor(model.to_bytes()), [each.copy() for each in weights(model)]
    for each in weights(model):
        each += 1.0
    anchor.pull(model, 0.25)

    assert all(np.allclose(start + 0.75, now) for start, now in zip(before, weights(model), strict=True))


def test_the_weights_of_a_label_that_was_added_since_are_left_alone():
    small, grown = Linear(2, 3).initialize(), Linear(4, 3).initialize()
    anchor = Anchor(small.to_bytes())
    added = grown.get_param("W")[2:].copy()
    anchor.pull(grown, 1.0)

    assert np.allclose(small.get_param("W"), grown.get_param("W")[:2])
    assert np.array_equal(added, grown.get_param("W")[2:])


def test_the_weights_of_another_network_are_refused():
    anchor = Anchor(chain(Relu(3, 2), Linear(2, 3)).initialize().to_bytes())

    with pytest.raises(ValueError, match="shorter"):
        anchor.pull(chain(Relu(3, 2), Linear(2, 3), Linear(2, 2)).initialize(), 0.5)
