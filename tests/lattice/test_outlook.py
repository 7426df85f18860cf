from __future__ import annotations

import math

import pytest
from enumerated import marginals
from hypothesis import given
from lattice_readings import all_moves, readings

from loop.lattice import Lattice, Transitions
from loop.records import TokenSpan


def touches(span: TokenSpan, shown: tuple[TokenSpan, ...]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in shown)


@given(all_moves())
def test_every_expectation_equals_the_mean_over_all_readings(moves: Transitions) -> None:
    lattice = Lattice(moves)
    listed = readings(moves)
    total = sum(listed.values())
    shown = lattice.best(1)[0].spans
    span_p = marginals({spans: p / total for spans, p in listed.items()})
    outlook = lattice.outlook()

    assert outlook.shown == len(shown)
    assert sum(span_p.values()) == pytest.approx(outlook.spans, abs=1e-9)
    assert sum(1 - span_p[span] for span in shown) == pytest.approx(outlook.false, abs=1e-9)
    missed = sum(p for span, p in span_p.items() if span not in shown)
    assert missed == pytest.approx(outlook.missed, abs=1e-9)
    apart = sum(p for span, p in span_p.items() if not touches(span, shown))
    assert outlook.false + apart == pytest.approx(outlook.edits, abs=1e-9)


@given(all_moves())
def test_the_two_best_readings_have_their_log_probabilities(moves: Transitions) -> None:
    lattice = Lattice(moves)
    best = [reading.logp for reading in lattice.best(2)] + [-math.inf]
    outlook = lattice.outlook()

    assert best[:2] == [outlook.best, outlook.second]
