import math

import pytest
from hypothesis import given
from lattice_readings import LABELS, all_moves

from loop.lattice import Lattice, Transitions, limited


@given(all_moves())
def test_visible_spans_keep_their_probability(moves: Transitions) -> None:
    lattice = Lattice(moves)
    seen = dict(limited(lattice, {"A"}).spans(0.0))
    kept = {span: p for span, p in lattice.spans(0.0) if span.label == "A"}

    assert kept == pytest.approx({span: p for span, p in seen.items() if span in kept}, abs=1e-9)
    assert sum(kept.values()) == pytest.approx(sum(seen.values()), abs=1e-9)


@given(all_moves(max_tokens=3))
def test_what_is_left_is_a_distribution(moves: Transitions) -> None:
    lattice = limited(Lattice(moves), {"B"})

    assert sum(math.exp(reading.logp) for reading in lattice.best(100_000)) == pytest.approx(1.0)
    assert {span.label for reading in lattice.best(100_000) for span in reading.spans} <= {"B"}


@given(all_moves())
def test_a_lattice_without_other_labels_is_left_alone(moves: Transitions) -> None:
    lattice = Lattice(moves)

    assert limited(lattice, LABELS) is lattice
