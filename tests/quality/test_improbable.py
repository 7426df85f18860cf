from __future__ import annotations

from math import log

import pytest
from answered import answered

from loop.quality import improbable, uses
from loop.records import Candidate, Span


def found(*answers):
    return improbable(answers, uses(answers))


def test_an_answer_without_a_span_that_the_model_was_sure_of_is_found() -> None:
    (one,) = found(answered(1, "the gears slip", sure="gears=PART 95"))

    assert "“gears”: the model gave PART 95%; here unmarked" == one.words
    assert (Span(4, 9, "PART"), pytest.approx(-log(0.05))) == (one.span, one.surprise)


def test_it_says_what_was_answered_instead() -> None:
    (one,) = found(answered(1, "[Stiff brake]FAULT", sure="Stiff=BRAND 86"))

    assert one.words.endswith("here “Stiff brake” FAULT")


@pytest.mark.parametrize("sure", ["gears=PART 69", "", "slip=FAULT 99"])
def test_what_the_model_doubted_or_the_answer_has_is_not_found(sure: str) -> None:
    assert [] == found(answered(1, "the gears [slip]FAULT", sure=sure))


def test_a_span_that_the_model_did_not_think_of_is_no_mistake() -> None:
    assert [] == found(answered(1, "a [Nitto]BRAND stem", sure="stem=PART 20"))


def test_what_another_text_says_too_the_model_did_not_know() -> None:
    known = answered(1, "a [bench]PART and bench", sure="bench=PART 10")

    assert [] == found(answered(2, "on the bench", sure="bench=PART 90"), known)


def test_pattern_hits_and_earlier_answers_are_not_the_model() -> None:
    pattern = answered(1, "a tube")
    hit = pattern._replace(question=_with(pattern.question, Candidate(Span(2, 6, "PART"), None, "pattern")))

    assert [] == found(hit)
    assert [] == found(answered(2, "a tube", sure="tube=PART 100", stream="revisit"))


def test_an_answer_is_found_once_and_the_surest_comes_first() -> None:
    first = answered(1, "gears and pads", sure="gears=PART 80, pads=PART 90")
    second = answered(2, "a rim", sure="rim=PART 95")

    assert ["“rim”", "“pads”"] == [one.words.split(":")[0] for one in found(first, second)]


def _with(question, candidate):
    from dataclasses import replace

    return replace(question, candidates=(candidate,))
