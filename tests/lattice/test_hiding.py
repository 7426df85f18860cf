import math

import pytest
from hypothesis import given
from listed_analyses import LABELS, all_transitions

from loop.lattice import Lattice, Transitions, limited


@given(all_transitions())
def test_visible_spans_keep_their_probability(transitions: Transitions) -> None:
    lattice = Lattice(transitions)
    seen = dict(limited(lattice, {"A"}).spans(0.0))
    kept = {span: p for span, p in lattice.spans(0.0) if span.label == "A"}

    assert kept == pytest.approx({span: p for span, p in seen.items() if span in kept}, abs=1e-9)
    assert sum(kept.values()) == pytest.approx(sum(seen.values()), abs=1e-9)


@given(all_transitions(max_tokens=3))
def test_what_is_left_is_a_distribution(transitions: Transitions) -> None:
    lattice = limited(Lattice(transitions), {"B"})

    assert sum(math.exp(analysis.logp) for analysis in lattice.best(100_000)) == pytest.approx(1.0)
    assert {span.label for analysis in lattice.best(100_000) for span in analysis.spans} <= {"B"}


@given(all_transitions())
def test_a_lattice_without_other_labels_is_left_alone(transitions: Transitions) -> None:
    lattice = Lattice(transitions)

    assert limited(lattice, LABELS) is lattice
