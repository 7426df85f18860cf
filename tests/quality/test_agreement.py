from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from loop.quality.agreement import (
    MISSING,
    cohens_kappa,
    coincidence_tables,
    confusion_tables,
    krippendorffs_alpha,
)

CATEGORIES = 4


def said(annotators: int, *, missing: bool = True) -> st.SearchStrategy[np.ndarray]:
    """What so many annotators say about some tokens, which is missing here and there."""
    lowest = MISSING if missing else 0
    shapes = st.tuples(st.just(annotators), st.integers(0, 12))
    return arrays(np.int64, shapes, elements=st.integers(lowest, CATEGORIES - 1))


def kappa(pair: np.ndarray) -> float:
    return float(cohens_kappa(confusion_tables(pair, CATEGORIES)))


def alpha(annotators: np.ndarray) -> float:
    return float(krippendorffs_alpha(coincidence_tables(annotators, CATEGORIES)))


def same(one: float, other: float) -> bool:
    return one == pytest.approx(other, abs=1e-12, nan_ok=True)


def test_kappa_is_that_of_a_table_worked_out_by_hand():
    assert 0.4 == pytest.approx(float(cohens_kappa(np.array([[20.0, 5.0], [10.0, 15.0]]))))


def test_alpha_is_that_of_krippendorffs_own_example():
    # Krippendorff 2011, example C: four observers, twelve units, seven values missing.
    rows = "1 2 3 3 2 1 4 1 2 * * *", "1 2 3 3 2 2 4 1 2 5 * 3", "* 3 3 3 2 3 4 2 2 5 1 *", "1 2 3 3 2 4 4 1 2 5 1 *"
    values = np.array([[MISSING if value == "*" else int(value) for value in row.split()] for row in rows])

    assert 0.743 == pytest.approx(float(krippendorffs_alpha(coincidence_tables(values, 6))), abs=5e-4)


@given(said(1, missing=False))
def test_who_agree_about_everything_have_one_unless_they_use_one_category(values: np.ndarray):
    both = np.repeat(values, 2, axis=0)
    expected = 1.0 if len(np.unique(values)) > 1 else float("nan")

    assert same(expected, kappa(both))
    assert same(expected, alpha(both))


@given(said(2))
def test_the_order_of_two_annotators_makes_no_difference(pair: np.ndarray):
    assert same(kappa(pair), kappa(pair[::-1]))
    assert same(alpha(pair), alpha(pair[::-1]))


@given(said(3), st.permutations(range(CATEGORIES)))
def test_the_names_of_the_categories_make_no_difference(values: np.ndarray, names: list[int]):
    renamed = np.where(values == MISSING, MISSING, np.array(names)[values])

    assert same(alpha(values), alpha(renamed))
    assert same(kappa(values[:2]), kappa(renamed[:2]))


@given(said(3), st.integers(0, 3))
def test_an_annotator_who_says_nothing_makes_no_difference(values: np.ndarray, place: int):
    assert same(alpha(values), alpha(np.insert(values, place, MISSING, axis=0)))


@given(said(3))
def test_a_token_that_fewer_than_two_say_something_about_makes_no_difference(values: np.ndarray):
    alone = np.array([[2], [MISSING], [MISSING]])

    assert same(alpha(values), alpha(np.hstack([values, alone])))
    assert same(kappa(values[:2]), kappa(np.hstack([values[:2], alone[:2]])))


@given(said(1, missing=False), st.integers(1, CATEGORIES - 1))
def test_a_pair_that_never_agrees_is_not_above_zero_by_either(values: np.ndarray, shift: int):
    pair = np.vstack([values, (values + shift) % CATEGORIES])

    assert not kappa(pair) > 0
    assert not alpha(pair) > 0
    assert (values.size == 0) == np.isnan(kappa(pair)) == np.isnan(alpha(pair))


@given(said(3), said(3))
def test_tables_of_texts_can_be_added(one: np.ndarray, other: np.ndarray):
    together = np.hstack([one, other])

    for tables, some in ((coincidence_tables, slice(None)), (confusion_tables, slice(2))):
        sums = tables(one[some], CATEGORIES) + tables(other[some], CATEGORIES)
        np.testing.assert_allclose(sums, tables(together[some], CATEGORIES), atol=1e-12)


@given(arrays(np.int64, (3, 2, 7), elements=st.integers(MISSING, CATEGORIES - 1)))
def test_several_questions_about_the_same_tokens_are_computed_at_once(values: np.ndarray):
    at_once = krippendorffs_alpha(coincidence_tables(values, CATEGORIES))

    assert all(same(one, alpha(values[:, n])) for n, one in enumerate(at_once.tolist()))
