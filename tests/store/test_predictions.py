from __future__ import annotations

from pathlib import Path

import pytest

from loop.records import Span
from loop.store import Store

A, B = Span(0, 3, "PART"), Span(4, 7, "BRAND")


@pytest.fixture
def store(tmp_path: Path):
    with Store.create(tmp_path / "loop.db") as store:
        yield store


def test_what_a_round_found_is_known_by_the_text(store: Store):
    store.predictions.put(1, {"one": {B, A}, "two": set()})
    store.predictions.put(2, {"one": {A}})

    assert {"one": (A, B), "two": ()} == store.predictions.of(1, ["one", "two", "three"])
    assert {"one": (A,)} == store.predictions.of(2, ["one", "two"])
    assert [1, 2] == store.predictions.rounds()


def test_a_second_reading_takes_the_place_of_the_first(store: Store):
    store.predictions.put(1, {"one": {A}})
    store.predictions.put(1, {"one": {B}})

    assert {"one": (B,)} == store.predictions.of(1, ["one"])


def test_what_forgotten_rounds_found_is_forgotten_with_them(store: Store):
    for number in range(4):
        store.predictions.put(number, {"one": {A}})
    store.journal.forget_rounds_after(1)

    assert [0, 1] == store.predictions.rounds()


def test_of_a_text_that_is_erased_nothing_is_left(store: Store):
    store.predictions.put(1, {"one": {A}, "two": {B}})
    store.predictions.forget(["one"])

    assert {"two"} == store.predictions.of(1, ["one", "two"]).keys()


def test_predictions_on_the_pool_are_apart_from_those_on_held_out_texts(store: Store):
    store.predictions.put_pool(1, {"one": {A}, "two": {B}})
    store.predictions.put(1, {"two": {A}, "three": {B}})
    store.predictions.put_pool(1, {"two": {B}})  # held out since: it stays as it is
    store.predictions.put_pool(2, {"one": {B}})

    assert [(A,)] == list(store.predictions.of_pool(1).values())
    assert {"two": (A,), "three": (B,)} == store.predictions.of(1, ["one", "two", "three"])
    assert ([1], [1, 2]) == (store.predictions.rounds(), store.predictions.rounds(pool=True))


def test_predictions_on_the_pool_are_forgotten_by_round_and_with_their_texts_and_rounds(store: Store):
    for number in (1, 2, 3):
        store.predictions.put_pool(number, {"one": {A}, "two": {B}})
        store.predictions.put(number, {"three": {B}})
    store.predictions.forget_pool([2])
    store.predictions.forget(["one"])
    store.journal.forget_rounds_after(2)

    assert ([1, 2], [1]) == (store.predictions.rounds(), store.predictions.rounds(pool=True))
    assert [(B,)] == list(store.predictions.of_pool(1).values())
