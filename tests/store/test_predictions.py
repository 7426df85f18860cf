from __future__ import annotations

from pathlib import Path

import pytest

from loop.records import Span
from loop.store import Store
from loop.store.journal import RoundInfo

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


def test_a_round_is_told_its_estimate_later(store: Store):
    store.journal.add_round(RoundInfo(1, 10, 12, 0.5, 1.0, 0, "spacy 3.8", "", "d", agreement=97.5))
    store.journal.set_estimate(1, {"f1": 71.0, "texts": 800})

    (info,) = store.journal.rounds()
    assert (97.5, {"f1": 71.0, "texts": 800}) == (info.agreement, info.estimate)
