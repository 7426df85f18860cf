import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from listed_analyses import all_transitions, build

from loop.lattice import Transitions

EMPTY: dict[str, list[float]] = {name: [] for name in Transitions.__dataclass_fields__}


def closed_node(out: float, units: list[float], begins: list[float]) -> Transitions:
    """Two tokens, of which the first has these probabilities."""
    rows = EMPTY | {"out": [math.log(out), 0.0], "dropped": [(0.0, 0.0)] * 2}
    rows |= {"unit_start": [0] * len(units), "unit_label": list(range(len(units))), "unit_logp": np.log(units).tolist()}
    rows |= {"begin_start": [0] * len(begins), "begin_label": list(range(len(begins)))}
    rows |= {"begin_logp": np.log(begins).tolist(), "begin_length": [1] * len(begins), "last": [math.inf] * len(begins)}
    return build(("A", "B", "C")[: max(len(units), len(begins))], rows)


def test_with_one_label_a_temperature_is_a_softmax_of_the_scores_over_it() -> None:
    warm = closed_node(0.64, [0.32], [0.04]).tempered(2.0)
    total = 0.8 + math.sqrt(0.32) + 0.2

    assert [0.8 / total, math.sqrt(0.32) / total, 0.2 / total] == pytest.approx(
        np.exp([warm.out[0], warm.unit_logp[0], warm.begin_logp[0]]).tolist()
    )


def test_kinds_are_tempered_first_and_then_the_labels_of_a_kind() -> None:
    warm = closed_node(0.64, [0.27, 0.03], [0.06]).tempered(2.0)
    kinds = np.sqrt([0.64, 0.30, 0.06])
    kinds /= kinds.sum()
    labels = np.sqrt([0.9, 0.1])
    labels /= labels.sum()

    assert kinds[0] == pytest.approx(np.exp(warm.out[0]))
    assert (kinds[1] * labels).tolist() == pytest.approx(np.exp(warm.unit_logp).tolist())
    assert kinds[2] == pytest.approx(np.exp(warm.begin_logp[0]))


@given(all_transitions(), st.floats(0.3, 5.0), st.floats(0.3, 5.0))
def test_two_temperatures_one_after_the_other_are_their_product(
    transitions: Transitions, first: float, second: float
) -> None:
    both, at_once = transitions.tempered(first).tempered(second), transitions.tempered(first * second)

    for name in ("out", "unit_logp", "begin_logp", "last"):
        assert getattr(at_once, name).tolist() == pytest.approx(getattr(both, name).tolist(), rel=1e-6, abs=1e-6)


def test_a_cut_holds_the_moves_of_its_tokens_alone() -> None:
    transitions = closed_node(0.5, [0.25], [0.25])

    assert 0 == transitions.cut(2, 2).n_tokens
    assert transitions.cut(0, 2).unit_logp.tolist() == transitions.unit_logp.tolist()
    assert 1 == transitions.cut(1, 2).n_tokens
    assert [] == transitions.cut(1, 2).begin_start.tolist()
