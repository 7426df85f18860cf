import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from listed_analyses import all_transitions, pruned

from loop.lattice import Lattice, Transitions
from loop.lattice.constraints import Constraints
from loop.records import TokenSpan

CLOSE = 1e-9


@st.composite
def settled(draw: st.DrawFn, n_tokens: int) -> tuple[list[TokenSpan], list[int]]:
    """Spans that do not overlap, some of them side by side, and some of the tokens between them."""
    bounds = sorted(draw(st.sets(st.integers(0, n_tokens), max_size=8)))
    fixed, outside = [], []
    for start, end in itertools.pairwise(bounds):
        kind = draw(st.sampled_from(("span", "outside", "open")))
        if kind == "span":
            fixed.append(TokenSpan(start, end, draw(st.sampled_from(("A", "B", "NEW")))))
        elif kind == "outside":
            outside += range(start, end)
    return fixed, outside


def assert_same(whole: Lattice, near: Lattice) -> None:
    assert [span for span, _ in whole.spans(0.0)] == [span for span, _ in near.spans(0.0)]
    assert [p for _, p in whole.spans(0.0)] == pytest.approx([p for _, p in near.spans(0.0)], abs=CLOSE)
    assert whole.entropy == pytest.approx(near.entropy, abs=1e-7)
    (expected,), (best,) = whole.best(), near.best()
    assert expected.logp == pytest.approx(best.logp, abs=CLOSE)
    assert whole.logp(best.spans) == pytest.approx(
        expected.logp, abs=CLOSE
    )  # another one only where two weigh the same


@given(all_transitions(max_tokens=60), st.booleans(), st.data())
def test_what_is_computed_near_the_settled_tokens_is_what_all_of_the_text_gives(
    transitions: Transitions, prune: bool, data: st.DataObject
) -> None:
    transitions = pruned(transitions, 0.02) if prune else transitions
    entities = sorted(set(transitions.unit_start.tolist()))
    forced = data.draw(st.sets(st.sampled_from(entities), max_size=5)) if entities else set()
    out = np.array([-np.inf if token in forced else logp for token, logp in enumerate(transitions.out)])
    transitions = replace(transitions, out=out)
    fixed, outside = data.draw(settled(transitions.n_tokens))
    whole = Lattice(transitions, constraints=Constraints.of(transitions.n_tokens, fixed=fixed, outside=outside))

    assert_same(whole, Lattice(transitions).given(fixed, outside=outside))


@given(all_transitions(max_tokens=60), st.data())
def test_one_after_the_other_is_the_same_as_at_once(transitions: Transitions, data: st.DataObject) -> None:
    fixed, outside = data.draw(settled(transitions.n_tokens))
    lattice = Lattice(transitions)
    for span in fixed:
        lattice = lattice.given([span])

    assert_same(Lattice(transitions).given(fixed, outside=outside), lattice.given(outside=outside))


def test_far_from_what_is_settled_nothing_changes(long_lattice: Lattice) -> None:
    after = long_lattice.given([TokenSpan(200, 203, "A")])

    before = {span: p for span, p in long_lattice.spans(0.0) if not 100 < span.start < 300}
    assert before == pytest.approx({span: p for span, p in after.spans(0.0) if span in before}, abs=CLOSE)


@pytest.fixture
def long_lattice() -> Lattice:
    """400 tokens, where an entity of any label and of up to four tokens may begin everywhere."""
    rng = np.random.default_rng(0)
    tokens, begins = np.arange(400), np.minimum(3, 399 - np.arange(400))
    scores = rng.normal(size=(5, 400))
    scores[3:, begins == 0] = -np.inf
    logp = scores - np.logaddexp.reduce(scores)
    chains = np.flatnonzero(begins)
    return Lattice(
        Transitions(
            labels=("A", "B"),
            out=logp[0],
            dropped=np.zeros((2, 400)),
            unit_start=np.repeat(tokens, 2),
            unit_label=np.tile([0, 1], 400),
            unit_logp=logp[1:3].T.ravel(),
            begin_start=np.repeat(chains, 2),
            begin_label=np.tile([0, 1], len(chains)),
            begin_logp=logp[3:, chains].T.ravel(),
            begin_length=np.repeat(begins[chains], 2),
            last=np.array([logit for run in begins if run for logit in 2 * [*rng.normal(size=run - 1), np.inf]]),
        )
    )
