from __future__ import annotations

from loop.records import Span
from loop.settings import UpdateSettings
from loop.trainer.replay import repeated
from loop.truth import Truth

FIRST = ("A",)
SETTINGS = UpdateSettings(round_size=10, steps=12)
OLD = Truth(spans=(Span(0, 1, "A"),))
NEW = Truth(spans=(Span(0, 1, "B"),))


def test_texts_with_a_label_that_came_later_are_repeated_until_they_are_a_third_of_all():
    again = repeated([OLD] * 16 + [NEW] * 4, FIRST, SETTINGS)

    assert {16, 17, 18, 19} == set(again)
    assert 1 / 3 == (4 + len(again)) / (16 + 4 + len(again))


def test_the_labels_of_the_beginning_are_not_repeated():
    assert [] == repeated([OLD] * 20, FIRST, SETTINGS)


def test_a_label_that_has_had_its_steps_is_not_repeated():
    assert [] == repeated([OLD] * 200 + [NEW] * 100, FIRST, SETTINGS)


def test_a_single_text_is_not_repeated_for_ever():
    assert 3 == len(repeated([OLD] * 400 + [NEW], FIRST, SETTINGS))
