import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from listed_analyses import all_transitions, analyses, build

from loop.lattice import Lattice, Transitions, stacked
from loop.records import TokenSpan


def only_outside(n_tokens: int) -> Lattice:
    rows: dict[str, list[float]] = {name: [] for name in Transitions.__dataclass_fields__}
    return Lattice(build(("X",), rows | {"out": [0.0] * n_tokens, "dropped": [(0.0, 0.0)] * n_tokens}))


@given(all_transitions())
def test_a_component_that_says_outside_changes_nothing(transitions: Transitions) -> None:
    lattice, silent = Lattice(transitions), only_outside(transitions.n_tokens)

    for both in (stacked(lattice, silent), stacked(silent, lattice)):
        assert dict(lattice.spans(0.0)) == pytest.approx(dict(both.spans(0.0)))
        assert lattice.entropy == pytest.approx(both.entropy, abs=1e-9)


@given(all_transitions(max_tokens=3), st.data())
def test_two_components_make_one_distribution_of_analyses(transitions: Transitions, data: st.DataObject) -> None:
    own = data.draw(st.sampled_from(sorted(analyses(transitions))))
    second = data.draw(all_transitions(max_tokens=3).filter(lambda other: other.n_tokens == transitions.n_tokens))
    both = stacked(Lattice(transitions, own), Lattice(second))
    listed = both.best(100_000)

    assert sum(math.exp(analysis.logp) for analysis in listed) == pytest.approx(1.0)
    assert len({analysis.spans for analysis in listed}) == len(listed)
    assert 0.0 == pytest.approx(both.pruned, abs=1e-9)
    assert -sum(math.exp(r.logp) * r.logp for r in listed) == pytest.approx(both.entropy, abs=1e-9)
    for analysis in listed[:20]:
        assert analysis.logp == pytest.approx(both.logp(analysis.spans))
    assert Lattice.from_bytes(both.to_bytes()).own == tuple(sorted(own))


def test_the_second_component_fills_in_where_the_first_says_outside() -> None:
    rows: dict[str, list[float]] = {name: [] for name in Transitions.__dataclass_fields__}
    first = Lattice(
        build(("A",), rows | {"out": [math.log(0.25), 0.0], "dropped": [(0.0, 0.0)] * 2} | _unit(0, 0.75)),
        own=(TokenSpan(0, 1, "A"),),
    )
    preset = rows | {"out": [-math.inf, math.log(0.6)], "dropped": [(0.0, 0.0)] * 2}
    preset |= {"unit_start": [0, 1], "unit_label": [1, 0], "unit_logp": [0.0, math.log(0.4)]}
    second = Lattice(build(("B", "A"), preset), own=(TokenSpan(0, 1, "A"), TokenSpan(1, 2, "B")))
    both = stacked(first, second)

    assert {TokenSpan(0, 1, "A"): 0.75, TokenSpan(1, 2, "B"): 0.4} == pytest.approx(dict(both.spans()))
    assert first.entropy + second.entropy == pytest.approx(both.entropy)
    assert (TokenSpan(0, 1, "A"), TokenSpan(1, 2, "B")) == both.own
    assert 0.75 * 0.4 == pytest.approx(math.exp(both.logp(both.own)))


def _unit(token: int, p: float) -> dict[str, list[float]]:
    return {"unit_start": [token], "unit_label": [0], "unit_logp": [math.log(p)]}
