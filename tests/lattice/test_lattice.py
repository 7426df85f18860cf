import math
from typing import Any

import pytest
from enumerated import marginals
from hypothesis import given
from hypothesis import strategies as st
from listed_analyses import LABELS, all_transitions, analyses, build, pruned

from loop.errors import LatticeError
from loop.lattice import Lattice, Transitions
from loop.records import TokenSpan

CLOSE = 1e-9


def renormalised(listed: dict[tuple[TokenSpan, ...], float]) -> dict[tuple[TokenSpan, ...], float]:
    total = sum(listed.values())
    return {spans: p / total for spans, p in listed.items()}


def assert_is(lattice: Lattice, listed: dict[tuple[TokenSpan, ...], float]) -> None:
    """The lattice's distribution is the listed one, in every number that it gives."""
    assert marginals(listed) == pytest.approx(dict(lattice.spans(0.0)), abs=CLOSE)
    assert -sum(p * math.log(p) for p in listed.values() if p) == pytest.approx(lattice.entropy, abs=1e-7)
    best = lattice.best(len(listed) + 1)
    assert listed == pytest.approx({analysis.spans: math.exp(analysis.logp) for analysis in best}, abs=CLOSE)
    assert sorted((analysis.logp for analysis in best), reverse=True) == [analysis.logp for analysis in best]
    for spans, p in listed.items():
        assert p == pytest.approx(math.exp(lattice.logp(spans)), abs=CLOSE)


@given(all_transitions())
def test_every_number_equals_the_enumeration_of_all_analyses(transitions: Transitions) -> None:
    listed = analyses(transitions)

    assert sum(listed.values()) == pytest.approx(1.0)
    assert_is(Lattice(transitions), listed)


@given(all_transitions(), st.data())
def test_constraints_equal_striking_out_analyses_and_renormalising(
    transitions: Transitions, data: st.DataObject
) -> None:
    listed = analyses(transitions)
    spans = sorted(marginals(listed))
    shown = data.draw(st.sampled_from(sorted(listed)))
    fixed = {span for span in shown if data.draw(st.booleans())}
    excluded = set(data.draw(st.lists(st.sampled_from(spans), max_size=4))) - fixed if spans else set()
    covered = {i for span in fixed for i in range(span.start, span.end)}
    outside = {i for i in range(transitions.n_tokens) if i not in covered and data.draw(st.booleans())}
    agreeing = {
        analysis: p
        for analysis, p in listed.items()
        if fixed <= set(analysis)
        and not excluded & set(analysis)
        and not any(span.start <= i < span.end for span in analysis for i in outside)
    }

    assert_is(Lattice(transitions).given(fixed, excluded, outside), renormalised(agreeing))


@given(all_transitions(), st.data())
def test_a_fixed_span_may_be_one_the_lattice_does_not_have(transitions: Transitions, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, max(0, transitions.n_tokens - 1)))
    end = data.draw(st.integers(start, transitions.n_tokens))
    if start == end:
        return
    new = TokenSpan(start, end, "NEW")
    left = analyses(transitions.cut(0, start)) if _nothing_crosses(transitions, start) else None
    lattice = Lattice(transitions).given(fixed=[new])

    assert [new] == [span for span, _ in lattice.spans(0.999999) if span.label == "NEW"]
    assert "NEW" in lattice.labels
    if left is not None:
        expected = marginals(left)
        assert expected == pytest.approx({s: p for s, p in lattice.spans(0.0) if s.end <= start}, abs=CLOSE)


def _nothing_crosses(transitions: Transitions, token: int) -> bool:
    return all(not (span.start < token < span.end) for span in marginals(analyses(transitions)))


@given(all_transitions(), st.sampled_from([0.01, 0.1, 0.3]))
def test_pruning_is_never_further_off_than_it_says(transitions: Transitions, epsilon: float) -> None:
    full, lattice = analyses(transitions), Lattice(pruned(transitions, epsilon))
    exact = marginals(full)

    assert 0.0 <= lattice.pruned < 1.0
    for span, p in lattice.spans(0.0):
        assert abs(p - exact[span]) <= lattice.pruned + CLOSE
    for span in set(exact) - {span for span, _ in lattice.spans(0.0)}:
        assert exact[span] <= lattice.pruned + CLOSE
    assert sum(p for spans, p in full.items() if lattice.logp(spans) == -math.inf) <= lattice.pruned + CLOSE


@given(all_transitions(), st.sampled_from([0.01, 0.1]), st.data())
def test_what_pruning_costs_is_known_under_constraints_too(
    transitions: Transitions, epsilon: float, data: st.DataObject
) -> None:
    full = analyses(transitions)
    analysis = data.draw(st.sampled_from(sorted(full)))
    fixed = {span for span in analysis if data.draw(st.booleans())}
    lattice = Lattice(pruned(transitions, epsilon)).given(fixed=fixed)
    exact = marginals(renormalised({spans: p for spans, p in full.items() if fixed <= set(spans)}))

    for span, p in lattice.spans(0.0):
        assert abs(p - exact[span]) <= lattice.pruned + CLOSE


@given(all_transitions(), st.sampled_from([0.01, 0.1, 0.3]))
def test_nothing_is_lost_to_pruning_where_everything_is_known(transitions: Transitions, epsilon: float) -> None:
    lattice = Lattice(pruned(transitions, epsilon)).given(outside=range(transitions.n_tokens))

    assert 0.0 == lattice.pruned
    assert 0.0 == pytest.approx(lattice.entropy)


@given(all_transitions(), st.sampled_from([0.01, 0.1]), st.sampled_from([0.5, 1.5, 4.0]))
def test_what_pruning_costs_is_known_under_a_temperature_too(
    transitions: Transitions, epsilon: float, temperature: float
) -> None:
    exact = marginals(analyses(transitions.tempered(temperature)))
    lattice = Lattice(pruned(transitions, epsilon)).tempered(temperature)

    for span, p in lattice.spans(0.0):
        assert abs(p - exact[span]) <= lattice.pruned + CLOSE


@given(all_transitions(), st.sampled_from([0.5, 2.0, 4.0]))
def test_a_temperature_tempers_every_move_and_can_be_taken_back(transitions: Transitions, temperature: float) -> None:
    lattice = Lattice(transitions)

    assert_is(lattice.tempered(temperature), analyses(transitions.tempered(temperature)))
    assert dict(lattice.spans(0.0)) == pytest.approx(
        dict(lattice.tempered(temperature).tempered(1 / temperature).spans(0.0)), abs=1e-6
    )


@given(st.lists(all_transitions(max_tokens=3), min_size=1, max_size=4))
def test_a_batch_gives_what_each_text_gives_alone(parts: list[Transitions]) -> None:
    labels = LABELS
    rows: dict[str, list[float]] = {name: [] for name in Transitions.__dataclass_fields__ if name != "labels"}
    offset = 0
    for part in parts:
        for name in rows:
            rows[name] += (getattr(part, name).T + (offset if name.endswith("start") else 0)).tolist()
        offset += part.n_tokens
    lattices = Lattice.batch(build(labels, rows), [part.n_tokens for part in parts], [()] * len(parts))

    for lattice, part in zip(lattices, parts, strict=True):
        assert dict(Lattice(part).spans(0.0)) == pytest.approx(dict(lattice.spans(0.0)), abs=CLOSE)
        assert Lattice(part).entropy == pytest.approx(lattice.entropy, abs=1e-7)
        assert_is(lattice.given(), analyses(part))


@given(all_transitions(), st.data())
def test_bytes_keep_the_probabilities_and_the_constraints(transitions: Transitions, data: st.DataObject) -> None:
    own = data.draw(st.sampled_from(sorted(analyses(transitions))))
    lattice = Lattice(transitions, own).given(fixed=own[:1])
    again = Lattice.from_bytes(lattice.to_bytes())

    assert own == again.own
    assert lattice.labels == again.labels
    assert dict(lattice.spans(0.0)) == pytest.approx(dict(again.spans(0.0)), abs=1e-5)
    assert dict(lattice.given().spans(0.0)) == pytest.approx(dict(again.given().spans(0.0)), abs=1e-5)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"something else",
        b"lattice1",
        b"lattice1broken",
        Lattice(build(("A",), {name: [] for name in Transitions.__dataclass_fields__})).to_bytes()[:-3],
    ],
)
def test_other_bytes_are_refused_with_a_way_out(data: bytes) -> None:
    with pytest.raises(LatticeError) as caught:
        Lattice.from_bytes(data)

    assert "score the texts again" in caught.value.hint


@given(all_transitions(), st.data())
def test_the_squared_error_is_that_of_the_listed_marginals(transitions: Transitions, data: st.DataObject) -> None:
    listed = analyses(transitions)
    gold = set(data.draw(st.sampled_from(sorted(listed))))
    p = marginals(listed)
    expected = sum((p.get(span, 0.0) - (span in gold)) ** 2 for span in {*p, *gold})

    assert expected == pytest.approx(Lattice(transitions).squared_error(gold, 0.0), abs=CLOSE)


@given(all_transitions())
def test_the_best_analysis_is_the_first_of_the_best(transitions: Transitions) -> None:
    lattice = Lattice(transitions)
    best, first = lattice.best(1), lattice.best(3)[:1]

    assert [one.spans for one in first] == [one.spans for one in best] or first[0].logp == best[0].logp
    assert [pytest.approx(one.logp) for one in first] == [one.logp for one in best]


def test_an_analysis_far_less_probable_than_the_smallest_number_is_still_found() -> None:
    rows: dict[str, list[Any]] = {name: [] for name in Transitions.__dataclass_fields__}
    rows |= {"out": [math.log(0.01)] * 200, "dropped": [[0.0, 0.0]] * 200}
    rows |= {"unit_start": list(range(200)), "unit_label": [0] * 200, "unit_logp": [math.log(0.99)] * 200}
    lattice = Lattice(build(("A",), rows))

    left = lattice.given(excluded=[TokenSpan(i, i + 1, "A") for i in range(200)])

    assert [((), 0.0)] == [tuple(analysis) for analysis in left.best(2)]
    assert 200 * math.log(0.01) == pytest.approx(lattice.logp(()))


def test_a_move_far_less_probable_than_the_smallest_number_counts_when_nothing_else_is_left() -> None:
    rows: dict[str, list[Any]] = {name: [] for name in Transitions.__dataclass_fields__}
    rows |= {"out": [-800.0], "dropped": [[0.0], [0.0]], "unit_start": [0], "unit_label": [0], "unit_logp": [0.0]}
    lattice = Lattice(build(("A",), rows))

    left = lattice.given(excluded=[TokenSpan(0, 1, "A")])

    assert [((), 0.0)] == [tuple(analysis) for analysis in left.best(2)]
    assert -800.0 == pytest.approx(lattice.logp(()))
