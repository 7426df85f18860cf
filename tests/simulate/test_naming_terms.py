from __future__ import annotations

from random import Random

import pytest

from loop.records import Span
from loop.simulate.naming_terms import _named, majority


class Review:
    """Refuses some strings as examples."""

    def __init__(self, *refused: str) -> None:
        self.refused = refused

    def problem(self, _label, strings):
        return "no" if {*strings} & {*self.refused} else ""


def spans(text: str, **labels: str):
    """Each word's spans by label: `spans(text, PART="hub")`, wherever it stands as it is written."""
    found = []
    for label, word in labels.items():
        start = text.find(word)
        while start >= 0:
            found.append(Span(start, start + len(word), label))
            start = text.find(word, start + 1)
    return {text: tuple(sorted(found))}


def test_the_majority_is_that_of_all_places_in_any_case():
    gold = {**spans("the Hub and the HUB", PART="Hub"), **spans("a hub", PART="hub")}

    assert "PART" == majority(gold, "hub") == majority(gold, "HUB")


def test_half_of_the_places_are_no_majority():
    gold = {**spans("a hub", PART="hub"), **spans("the hub of the world")}

    assert majority(gold, "hub") is None


def test_what_is_mostly_no_entity_has_no_label():
    gold = {**spans("a hub", PART="hub"), **spans("the hub of a hub")}

    assert majority(gold, "hub") is None
    assert majority(gold, "rim") is None


def test_places_within_longer_words_do_not_count():
    assert "PART" == majority({**spans("a hub", PART="hub"), **spans("hubs, github and hub2 stand")}, "hub")


def test_an_entity_that_is_longer_is_another_one():
    gold = spans("the rear hub and a hub", PART="rear hub")

    assert ("PART", None) == (majority(gold, "rear hub"), majority(gold, "hub"))


def test_in_scripts_without_spaces_every_place_counts():
    assert "LOC" == majority(spans("我在北京市工作", LOC="北京"), "北京")
    assert majority({**spans("北京", LOC="北京"), **spans("北京人和北京话")}, "北京") is None


@pytest.mark.parametrize("text", ["İİ a hub", "ẞß a hub"])
def test_letters_that_grow_in_lower_case_move_no_place(text: str):
    assert "PART" == majority(spans(text, PART="hub"), "hub")


def named(gold, n: int, *refused: str, label: str = "PART") -> list[str]:
    return list(_named(Review(*refused), gold, label, n, Random(0)))


def test_an_example_is_named_in_its_usual_spelling_and_once():
    gold = {**spans("Hub", PART="Hub"), **spans("a hub", PART="hub"), **spans("one hub", PART="hub")}

    assert ["hub"] == named(gold, 3)


def test_examples_are_as_many_as_wished_of_those_of_the_label():
    words = ["hub", "rim", "fork", "bell"]
    gold = {text: all_ for word in words for text, all_ in spans(f"a {word}", PART=word).items()}
    gold |= spans("a pump", TOOL="pump")

    assert 2 == len(named(gold, 2))
    assert {*words} == {*named(gold, 9)}
    assert ["pump"] == named(gold, 9, label="TOOL")


def test_nobody_names_what_is_mostly_something_else_or_is_refused():
    gold = {
        **spans("a hub", PART="hub"),
        **spans("the hub of a hub"),
        **spans("a rim and a fork", PART="rim", TOOL="fork"),
    }

    assert ["rim"] == named(gold, 9)
    assert [] == named(gold, 9, "rim")


def test_only_frequent_entities_come_to_mind(monkeypatch):
    monkeypatch.setattr("loop.simulate.naming_terms.FREQUENT", 1)
    gold = {**spans("a hub", PART="hub"), **spans("one hub", PART="hub"), **spans("a rim", PART="rim")}

    assert ["hub"] == named(gold, 9)
