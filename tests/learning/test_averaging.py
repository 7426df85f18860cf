from __future__ import annotations

import numpy as np
import pytest
from thinc.api import Linear

from loop.learning.averaging import Averages


@pytest.fixture
def model():
    linear = Linear(nO=2, nI=3)
    linear.initialize()
    return linear


def weights(averages: Averages, model) -> np.ndarray:
    return averages.values[model.id, "W"]


def test_the_first_average_is_the_weights_themselves(model):
    averages = Averages(model, {}, steps=0)

    assert weights(averages, model).tolist() == model.get_param("W").tolist()


def test_an_average_keeps_two_elevenths_of_itself_in_the_first_step_and_more_in_later_ones(model):
    for steps, kept in ((0, 2 / 11), (99, 101 / 110)):
        model.set_param("W", np.ones((2, 3), dtype="f"))
        averages = Averages(model, {}, steps=steps)
        model.set_param("W", np.zeros((2, 3), dtype="f"))
        averages.follow()

        assert pytest.approx(kept, rel=1e-6) == weights(averages, model)[0, 0]


def test_averages_that_go_on_are_those_never_interrupted(model):
    rng = np.random.default_rng(0)
    moves = [rng.normal(size=(2, 3)).astype("f") for _ in range(8)]
    whole = first = Averages(model, {}, steps=0)
    for i, move in enumerate(moves):
        if i == 5:
            first = Averages(model, whole.values, steps=5)
        model.set_param("W", move)
        whole.follow()
        if i >= 5:
            first.follow()

    assert weights(whole, model).tobytes() == weights(first, model).tobytes()


def test_weights_that_grew_start_from_what_they_are(model):
    before = {(model.id, "W"): np.zeros((1, 3), dtype="f"), (model.id, "b"): np.full(2, 7, dtype="f")}
    averages = Averages(model, before, steps=10)

    assert weights(averages, model).tolist() == model.get_param("W").tolist()
    assert averages.values[model.id, "b"].tolist() == [7, 7]
