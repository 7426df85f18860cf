from __future__ import annotations

import pytest
from evaluated_project import BRAND, PART, add_round

from loop.acquire.stopping import GAINED
from loop.progress.model_change import OVERALL, model_change


def read(store, number, *found, texts=range(60)):
    """A round, and what it finds in each of the texts."""
    add_round(store, number, {})
    store.predictions.put_pool(number, {f"text {n}": found for n in texts})


def test_a_round_is_compared_with_the_one_that_had_half_of_its_answers(store):
    for number, found in ((2, ()), (5, (PART,)), (7, (PART,)), (10, (PART, BRAND))):
        read(store, number, *found)
    change = model_change(store)

    assert change
    assert (50, 100) == (change.before, change.now)
    assert {"PART": 100.0, "BRAND": 0.0, OVERALL: pytest.approx(200 / 3)} == change.agreement
    assert GAINED * 100 / 3 * 0.5 == pytest.approx(change.gain(100))  # (1/100 - 1/200) / (1/50 - 1/100)
    assert (0.0, GAINED * 50) == pytest.approx((change.gain(100, "PART"), change.gain(100, "BRAND")))
    assert change.gain(100, "TOOL") is None


def test_without_a_round_of_about_half_the_answers_there_is_nothing_to_compare(store):
    assert model_change(store) is None
    read(store, 10, PART)
    assert model_change(store) is None
    read(store, 2, PART)
    read(store, 8, PART)
    assert model_change(store) is None
    read(store, 6, PART)

    assert model_change(store)


def test_a_label_that_is_hardly_found_says_nothing(store):
    for number in (5, 10):
        read(store, number, PART)
    add_round(store, 10, {})
    store.predictions.put_pool(10, {"another": (BRAND,)})
    change = model_change(store)

    assert change
    assert {"PART", OVERALL} == set(change.agreement)


def test_texts_that_only_one_of_them_has_read_do_not_count(store):
    read(store, 5, PART, texts=range(60))
    read(store, 10, PART, texts=range(11, 70))

    assert model_change(store) is None
    read(store, 10, PART, texts=range(10, 70))
    assert model_change(store)


def test_only_rounds_in_force_count(store):
    for number in (5, 10, 20):
        read(store, number, PART)
    store.journal.pin(10)
    change = model_change(store)

    assert (50, 100) == (change and (change.before, change.now))
