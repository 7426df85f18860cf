from __future__ import annotations

import math

import pytest
from enumerated import marginals
from hypothesis import given
from listed_analyses import all_transitions, analyses

from loop.lattice import Lattice, Transitions
from loop.records import TokenSpan


def touches(span: TokenSpan, shown: tuple[TokenSpan, ...]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in shown)


@given(all_transitions())
def test_every_expectation_equals_the_mean_over_all_analyses(transitions: Transitions) -> None:
    lattice = Lattice(transitions)
    listed = analyses(transitions)
    total = sum(listed.values())
    shown = lattice.best(1)[0].spans
    span_p = marginals({spans: p / total for spans, p in listed.items()})
    expected = lattice.expected()

    assert expected.shown == len(shown)
    assert sum(span_p.values()) == pytest.approx(expected.spans, abs=1e-9)
    assert sum(1 - span_p[span] for span in shown) == pytest.approx(expected.false, abs=1e-9)
    missed = sum(p for span, p in span_p.items() if span not in shown)
    assert missed == pytest.approx(expected.missed, abs=1e-9)
    apart = sum(p for span, p in span_p.items() if not touches(span, shown))
    assert expected.false + apart == pytest.approx(expected.edits, abs=1e-9)


@given(all_transitions())
def test_the_two_best_analyses_have_their_log_probabilities(transitions: Transitions) -> None:
    lattice = Lattice(transitions)
    best = [analysis.logp for analysis in lattice.best(2)] + [-math.inf]
    expected = lattice.expected()

    assert best[:2] == [expected.best, expected.second]
