from __future__ import annotations

from itertools import permutations
from math import inf
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.acquire.acquisition import acquisition_functions, get_acquisition
from loop.acquire.queue import Pick, interleave
from loop.acquire.scored import Scored
from loop.errors import SettingsError
from loop.lattice import Expectation


def scored(text_id: int, tokens: int, entropy: float, found: Expectation, history: tuple[float, ...] = ()) -> Scored:
    return Scored(text_id, tokens, entropy, lambda: found, history)


SCORED = [
    scored(1, 10, 5.0, Expectation(best=-3.0, second=-3.5, spans=2.0, shown=2, false=1.0, missed=1.0, edits=1.5)),
    scored(
        2, 2, 2.0, Expectation(best=-1.0, second=-1.1, spans=0.5, shown=0, false=0.0, missed=0.5, edits=0.5), (9.0,)
    ),
    scored(3, 40, 4.0, Expectation(best=-4.0, second=-6.0, spans=5.0, shown=4, false=2.0, missed=3.0, edits=4.0)),
    scored(4, 5, 0.1, Expectation(best=-0.1, second=-5.0, spans=1.0, shown=1, false=0.1, missed=0.1, edits=0.1)),
]
ORDERS = {
    "longest": [3, 1, 4, 2],
    "least_confidence": [3, 1, 2, 4],
    "mnlp": [2, 1, 3, 4],
    "entropy": [1, 3, 2, 4],
    "entropy_per_token": [2, 1, 3, 4],
    "margin": [2, 1, 3, 4],
    "expected_errors": [3, 1, 2, 4],
    "tag_count": [3, 1, 4, 2],
    "fluctuation": [2, 1, 3, 4],
    "gain_per_second": [1, 3, 2, 4],
}
NAMES = sorted(acquisition_functions.get_all())
expected = st.floats(0, 50)
expectations = st.builds(
    Expectation, st.floats(-99, 0), st.floats(-99, 0) | st.just(-inf), expected, st.integers(0, 9), *[expected] * 3
)
texts = st.lists(
    st.builds(scored, st.integers(1, 99), st.integers(0, 50), st.floats(0, 100), expectations, st.tuples(expected)),
    unique_by=lambda one: one.text_id,
)


@given(scored=texts, n=st.integers(0, 60))
def test_every_function_chooses_as_many_as_asked_for_and_none_twice(scored, n):
    for name in NAMES:
        chosen = get_acquisition(name)(scored, n=n, rng=Random(0))

        assert len(chosen) == min(n, len(scored)), name
        assert len({one.text_id for one in chosen}) == len(chosen), name
        assert set(chosen) <= set(scored), name


@given(scored=texts)
def test_the_same_seed_makes_the_same_choice(scored):
    for name in NAMES:
        choices = [get_acquisition(name)(scored, n=5, rng=Random(7)) for _ in range(2)]

        assert choices[0] == choices[1], name


@pytest.mark.parametrize("order", list(permutations(SCORED)))
def test_nothing_better_is_left_out_whatever_the_order_of_the_pool(order):
    for name, expected_order in ORDERS.items():
        assert expected_order == [one.text_id for one in get_acquisition(name)(order, n=4, rng=Random(0))], name
        assert expected_order[:2] == [one.text_id for one in get_acquisition(name)(order, n=2, rng=Random(0))], name


def test_every_function_has_its_order_in_this_exam():
    assert set(ORDERS) | {"random"} == set(NAMES)


def test_nothing_dear_is_computed_for_a_function_that_does_not_need_it():
    def never() -> Expectation:
        raise AssertionError

    pool = [Scored(number, number, 1.0, never) for number in range(5)]

    for name in ("random", "longest", "entropy", "entropy_per_token", "fluctuation"):
        assert len(get_acquisition(name)(pool, n=3, rng=Random(0))) == 3


def test_random_depends_on_the_seed():
    choices = {tuple(get_acquisition("random")(SCORED, n=4, rng=Random(seed))) for seed in range(20)}

    assert len(choices) > 5


def test_an_unknown_function_is_refused_with_the_known_ones():
    with pytest.raises(SettingsError) as caught:
        get_acquisition("guess")

    assert all(name in caught.value.hint for name in NAMES)


texts = st.integers(0, 30).map(lambda number: Pick(number, "random"))
passages = st.one_of(st.none(), st.tuples(st.integers(0, 40), st.integers(1, 9)).map(lambda one: (one[0], sum(one))))
parts = st.builds(Pick, st.integers(0, 3), st.just("random"), st.sampled_from([0, 1900]), passages)


@given(first=st.lists(texts), second=st.lists(texts), share=st.floats(0, 1), size=st.integers(0, 40))
def test_a_queue_holds_each_text_once_and_is_as_long_as_it_can_be(first, second, share, size):
    mixed = [pick.text_id for pick in interleave(first, second, share=share, size=size)]

    assert len(set(mixed)) == len(mixed)
    assert len(mixed) == min(size, len({pick.text_id for pick in [*first, *second]}))


@given(first=st.lists(parts), second=st.lists(parts), share=st.floats(0, 1))
def test_a_queue_holds_passages_of_one_text_that_do_not_overlap_and_all_that_fit(first, second, share):
    mixed = interleave(first, second, share=share, size=1000)
    asked = [{(pick.shown, n) for n in range(*(pick.passage or (0, 60)))} for pick in mixed]

    assert sum(map(len, asked)) == len(set().union(*asked))
    assert all(any(pick.overlaps(one) for one in mixed) for pick in [*first, *second])


@pytest.mark.parametrize("share", [0.0, 0.1, 0.2, 0.5, 1.0])
def test_any_beginning_of_a_queue_holds_its_share(share):
    uncertain = [Pick(number, "uncertain") for number in range(50)]
    at_random = [Pick(number, "random") for number in range(100, 150)]
    mixed = interleave(uncertain, at_random, share=share, size=40)

    for length in range(1, 41):
        assert abs(sum(pick.stream == "random" for pick in mixed[:length]) - share * length) <= 1
    assert [pick for pick in mixed if pick.stream == "uncertain"] == uncertain[
        : sum(p.stream == "uncertain" for p in mixed)
    ]
