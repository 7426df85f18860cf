from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from answered import marked
from hypothesis import given, settings
from hypothesis import strategies as st
from shared import LABELS as ABC
from shared import TextOf
from shared import shared_texts as made_up

from loop.formats.words import words
from loop.intervals import FEWEST_UNITS
from loop.quality.shared_texts import ENOUGH, Agreement, Confusion, SharedText, agreement, confusions
from loop.truth import Truth

LABELS = ("PART", "BRAND")


def shared(number: int, *, unit: str = "", asked: Sequence[str] = LABELS, **written: str) -> SharedText:
    """A text as each annotator marked it: "a [hub]PART"."""
    said = {name: Truth(frozenset(asked), marked(one)[1]) for name, one in written.items()}
    return SharedText(unit or f"text:{number}", words(marked(next(iter(written.values())))[0]), said)


def overall(texts: Sequence[SharedText], labels: Sequence[str] = LABELS) -> Agreement:
    found = agreement(texts, labels)
    assert found is not None
    return found[0]


def different(n: int) -> list[SharedText]:
    """Texts of which every third is answered differently."""
    right, wrong = "a [hub]PART of [Sram]BRAND", "a [hub]BRAND of Sram"
    return [shared(i, anna=right, ben=right if i % 3 else wrong) for i in range(n)]


def test_below_twenty_texts_there_is_an_interval_and_no_number():
    few, enough = overall(different(ENOUGH - 1)), overall(different(ENOUGH))

    for name in ("f1", "f1_overlapping", "kappa", "alpha", "precision", "recall"):
        one, other = getattr(few, name), getattr(enough, name)
        assert one.value is None
        assert one.interval is not None
        assert other.interval[0] < other.value < other.interval[1]


def test_a_label_has_the_number_of_texts_that_both_were_asked_about():
    later = [shared(100 + n, asked=("PART",), anna="a [hub]PART", ben="a [hub]PART") for n in range(5)]
    found = agreement(different(ENOUGH) + later, LABELS)
    assert found is not None

    assert (ENOUGH + 5, ENOUGH + 5, ENOUGH) == (
        found[0].texts,
        found[1]["PART"].texts,
        found[1]["BRAND"].texts,
    )


def test_a_label_that_nobody_was_asked_about_has_no_figures():
    found = agreement([shared(1, asked=("PART",), anna="a [hub]PART", ben="a hub")], LABELS)
    assert found is not None

    assert ["PART"] == list(found[1])


def test_perfect_agreement_has_one_and_an_interval_that_texts_so_few_allow():
    found = overall([shared(n, anna="a [hub]PART", ben="a [hub]PART") for n in range(ENOUGH)])
    assert found.kappa
    assert found.alpha
    assert found.f1
    assert found.f1.interval

    assert (100.0, 1.0, 1.0) == (found.f1.value, found.kappa.value, found.alpha.value)
    assert pytest.approx(found.f1.interval[0] / 100) == found.kappa.interval[0] == found.alpha.interval[0]
    assert 1.0 == found.kappa.interval[1]


def test_a_text_in_which_nobody_marks_anything_is_no_evidence_of_agreement():
    found = overall([shared(n, anna="a hub", ben="a hub") for n in range(ENOUGH)])

    assert (ENOUGH, 2 * ENOUGH) == (found.texts, found.tokens)
    assert (None, None, None, None) == (found.f1, found.f1_overlapping, found.kappa, found.alpha)


def test_other_edges_agree_by_overlap_and_a_text_without_words_counts_for_nothing():
    texts = [shared(n, anna="a [brake hub]PART", ben="a brake [hub]PART") for n in range(ENOUGH)]
    found = overall([*texts, SharedText("empty", [], texts[0].said)])
    assert found.f1
    assert found.f1_overlapping

    assert (ENOUGH, 0.0, 100.0) == (found.texts, found.f1.value, found.f1_overlapping.value)


def test_groups_are_drawn_whole():
    right, wrong = "a [hub]PART, rims", "a hub, [rims]PART"
    alone = [shared(n, anna=right, ben=(right, wrong)[n % 2]) for n in range(20)]
    twice = [replace(text, unit=f"group:{n}") for n, text in enumerate(alone) for _ in range(2)]
    of_texts, of_groups = overall(alone), overall(twice)

    for name in ("f1", "f1_overlapping", "kappa"):
        assert pytest.approx(getattr(of_texts, name).interval) == getattr(of_groups, name).interval


def test_too_few_groups_allow_no_interval():
    found = overall(different(FEWEST_UNITS - 1))
    assert found.alpha
    assert found.f1

    assert (None, None) == (found.f1.interval, found.alpha.interval)


def test_three_annotators_have_alpha_and_no_kappa_and_each_pair_counts_for_f1():
    texts = [shared(n, anna="a [hub]PART", ben="a [hub]PART", cy="a hub") for n in range(ENOUGH)]
    found = overall(texts)
    assert found.f1

    # Of three pairs, one agrees on its two spans, and two have one span each that the other lacks.
    assert (None, None, 50.0) == (found.kappa, found.precision, found.f1.value)


def test_precision_and_recall_say_who_marks_more():
    found = overall([shared(n, anna="a [hub]PART", ben="a [hub]PART and [rims]PART") for n in range(ENOUGH)])
    assert found.precision
    assert found.recall

    assert (100.0, 50.0) == (found.precision.value, found.recall.value)


def test_what_is_confused_with_what_is_counted():
    pairs = [("a [hub]PART [x]PART", "a [hub]BRAND x"), ("a [hub]PART", "[a hub]PART"), ("a [hub]PART", "a [hub]BRAND")]
    truths = [tuple(Truth(frozenset(LABELS), marked(one)[1]) for one in pair) for pair in pairs]

    assert [Confusion("PART", "BRAND", 2), Confusion("PART", None, 1), Confusion("PART", "PART", 1)] == confusions(
        (one, other) for one, other in truths
    )


def test_without_texts_of_two_annotators_there_is_no_agreement():
    assert agreement([], LABELS) is None
    assert agreement([shared(1, anna="a [hub]PART")], LABELS) is None


@settings(max_examples=25)
@given(st.lists(made_up(("anna", "ben")), min_size=1, max_size=6))
def test_whoever_comes_first_the_figures_are_the_same(texts: list[TextOf]):
    one = [text.shared(n) for n, text in enumerate(texts)]
    other = [replace(text, said=dict(reversed(text.said.items()))) for text in one]
    first, second = (
        [found[0], *found[1].values()] if found else [] for found in (agreement(one, ABC), agreement(other, ABC))
    )

    assert len(first) == len(second)
    for mine, theirs in zip(first, second, strict=True):
        assert (mine.precision, mine.recall, mine.alpha) == (theirs.recall, theirs.precision, theirs.alpha)
        assert mine.kappa == theirs.kappa or pytest.approx(mine.kappa.interval) == theirs.kappa.interval
        assert mine.f1 == theirs.f1
