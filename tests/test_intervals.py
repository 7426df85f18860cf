from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.scorer import Scorer
from spacy.tokens import Doc
from spacy.training import Example
from spacy.vocab import Vocab

from loop import intervals
from loop.intervals import (
    FEWEST_UNITS,
    OVERLAPPING,
    STRICT,
    TOO_FEW,
    Measure,
    between,
    counts,
    difference,
    intervals_of,
    measures,
    no_interval,
    over_units,
)
from loop.records import Span

A, B = Span(0, 3, "A"), Span(4, 7, "B")
WORDS = 8  # of a text of words of one letter: word i is the character 2i


def test_an_entity_is_right_when_its_edges_and_its_label_are():
    table = counts([{A}, {Span(4, 7, "A")}, {Span(0, 2, "A")}], [[A], [B], [A, B]], ["A", "B"])

    assert [[[1, 1, 1], [0, 0, 0]], [[0, 1, 0], [0, 0, 1]], [[0, 1, 1], [0, 0, 1]]] == table[..., STRICT].tolist()


def test_spans_of_labels_that_nobody_asked_for_do_not_count():
    assert [[[1, 1, 1, 1]]] == counts([{A, B}], [[A, B]], ["B"]).tolist()


def test_a_span_that_is_named_twice_counts_once():
    assert [[[1, 1, 1, 1]]] == counts([[A, A]], [[A, A, A]], ["A"]).tolist()


def test_no_text_and_no_entity_are_nothing_to_count():
    assert (0, 1, 4) == counts([], [], ["A"]).shape
    assert [[[0, 0, 0, 0]]] == counts([[]], [[]], ["A"]).tolist()


def test_an_overlap_counts_once_on_either_side_and_only_with_the_same_label():
    long, parts = Span(0, 10, "A"), [Span(0, 3, "A"), Span(4, 7, "A")]

    assert [1, 1] == [counts([one], [other], ["A"])[0, 0, 3] for one, other in permutations([[long], parts])]
    assert 0 == counts([[A]], [[Span(0, 3, "B")]], ["A", "B"])[..., 3].sum()
    assert 0 == counts([[Span(0, 3, "A")]], [[Span(3, 6, "A")]], ["A"])[..., 3].sum()


@st.composite
def readings(draw: st.DrawFn) -> list[Span]:
    """Entities that do not overlap, in a text of `WORDS` words."""
    cuts = sorted(draw(st.sets(st.integers(0, WORDS), max_size=6)))
    parts = [(a, b) for a, b in pairwise(cuts) if draw(st.booleans())]
    return [Span(2 * a, 2 * b - 1, draw(st.sampled_from("AB"))) for a, b in parts]


pairs_of_readings = st.lists(st.tuples(readings(), readings()), min_size=1, max_size=5)


VOCAB = Vocab()


def doc(spans: list[Span]) -> Doc:
    doc = Doc(VOCAB, words=["w"] * WORDS)
    doc.set_ents([doc.char_span(span.start, span.end, label=span.label) for span in spans])
    return doc


@settings(max_examples=40)
@given(pairs_of_readings)
def test_the_scores_are_those_of_spacys_scorer(pairs):
    theirs = Scorer.score_spans([Example(doc(found), doc(gold)) for found, gold in pairs], "ents")
    per_type = theirs["ents_per_type"] or {}
    table = counts([found for found, _ in pairs], [gold for _, gold in pairs], ["A", "B"])
    ours = dict(zip("AB", measures(table), strict=True))
    (whole,) = measures(table.sum(axis=1, keepdims=True))

    expected = [100 * (theirs[name] or 0) for name in ("ents_p", "ents_r", "ents_f")]
    assert expected == pytest.approx([whole.p, whole.r, whole.f1])
    for label, one in per_type.items():
        assert [100 * one[name] for name in "prf"] == pytest.approx([ours[label].p, ours[label].r, ours[label].f1])


def conll_counts(found: list[str], gold: list[str]) -> tuple[int, int, int]:
    """Right, found and gold chunks of two BIO taggings, as the shared task of CoNLL counted them: by begin and end."""
    right = ours = theirs = 0
    together = False
    for i in range(len(gold) + 1):
        tags = [(side[i] if i < len(side) else "O", side[i - 1] if i else "O") for side in (found, gold)]
        ends = [before != "O" and not (tag[0] == "I" and tag[1:] == before[1:]) for tag, before in tags]
        begins = [tag[0] == "B" for tag, _ in tags]
        if together and any(ends):
            right += all(ends)
            together = False
        ours, theirs = ours + begins[0], theirs + begins[1]
        if all(begins) and tags[0][0] == tags[1][0]:
            together = True
    return right, ours, theirs


def tagged(spans: list[Span]) -> list[str]:
    tags = ["O"] * WORDS
    for span in spans:
        for word in range(span.start // 2, (span.end + 1) // 2):
            tags[word] = ("B-" if 2 * word == span.start else "I-") + span.label
    return tags


@given(pairs_of_readings)
def test_the_counts_are_those_of_tags_compared_as_the_conll_task_did(pairs):
    table = counts([found for found, _ in pairs], [gold for _, gold in pairs], ["A", "B"]).sum(axis=1)

    assert [conll_counts(tagged(found), tagged(gold)) for found, gold in pairs] == [tuple(row[:3]) for row in table]


@given(readings(), readings())
def test_overlaps_are_the_most_pairs_that_can_be_made(found, gold):
    def most(label: str) -> int:
        ours, theirs = ([span for span in side if span.label == label] for side in (found, gold))
        short, long = sorted((ours, theirs), key=len)
        meets = [
            sum(one.start < other.end and other.start < one.end for one, other in zip(short, order, strict=False))
            for order in permutations(long, len(short))
        ]
        return max(meets, default=0)

    assert [most("A"), most("B")] == counts([found], [gold], ["A", "B"])[0, :, 3].tolist()


def test_precision_recall_and_f_are_of_the_sums_over_the_texts():
    measure = measures(np.array([[[1, 1, 2]], [[2, 3, 2]]]))[0]

    assert (75.0, 75.0, 75.0) == pytest.approx((measure.p, measure.r, measure.f1))


def test_overlapping_scores_take_what_is_found_in_part_for_right():
    table = np.array([[[0, 2, 4, 2]]] * 3)

    assert (0.0, 0.0) == (measures(table)[0].p, measures(table)[0].f1)
    assert (100.0, 50.0) == pytest.approx((measures(table, OVERLAPPING)[0].p, measures(table, OVERLAPPING)[0].r))


@pytest.mark.parametrize("texts", [0, 3, 30])
def test_where_nothing_is_found_and_nothing_is_there_nothing_is_known(texts):
    measure = measures(np.zeros((texts, 1, 3), dtype=np.int64))[0]

    assert Measure(0.0, 0.0, 0.0, None, None, None, 0) == measure


ROWS = st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)).map(lambda r: (min(r), r[1], r[2]))


@given(st.lists(ROWS, min_size=1, max_size=12))
def test_no_interval_is_of_zero_width_and_none_comes_from_few_texts(rows):
    (measure,) = measures(np.array(rows)[:, None])
    shares = [[row[1] for row in rows], [row[2] for row in rows], [row[1] + row[2] for row in rows]]
    intervals = measure.p_interval, measure.r_interval, measure.f1_interval

    assert [sum(n > 0 for n in of) >= FEWEST_UNITS and 2 * max(of) <= sum(of) for of in shares] == [
        interval is not None for interval in intervals
    ]
    assert all(0 <= low < high <= 100 for low, high in filter(None, intervals))


@pytest.mark.parametrize("right", [0, 2, 5])
def test_one_group_has_no_interval_and_the_reason_is_said(right):
    (measure,) = measures(over_units(np.array([[[right, 5, 5]]] * 60), ["one"] * 60))

    assert (20.0 * right, None, 1) == (measure.f1, measure.f1_interval, measure.units)
    assert "no interval from 1 group with entities: it takes 6" == no_interval(measure.units, "group")


def test_a_group_that_holds_most_of_the_entities_is_no_sample():
    (measure,) = measures(np.array([[[40, 100, 100]], *[[[1, 1, 1]]] * 8]))

    assert (None, 9) == (measure.f1_interval, measure.units)
    assert "no interval: one group holds most of the entities" == no_interval(9, "group")


@pytest.mark.parametrize(("right", "interval"), [(0, (0.0, 3.84146 / 13.84146)), (1, (10 / 13.84146, 1.0))])
def test_where_nothing_or_everything_is_right_the_interval_is_wilsons(right, interval):
    measure = measures(np.array([[[right, 1, 1]]] * 10))[0]

    assert [100 * bound for bound in interval] == pytest.approx(measure.r_interval, abs=0.01)


def test_the_interval_is_that_of_a_share_and_narrows_with_the_texts():
    few, many = (measures(np.array([[[1, 1, 1]], [[0, 1, 1]]] * n))[0] for n in (50, 800))
    wide = 100 * 1.96 * (0.5 * 0.5 / 100) ** 0.5

    assert (50 - wide, 50 + wide) == pytest.approx(few.p_interval, abs=2.0)
    assert wide / 4 == pytest.approx((many.p_interval[1] - many.p_interval[0]) / 2, rel=0.15)


def test_texts_that_are_all_alike_are_as_many_cases_as_there_are_texts():
    """Wilson's interval of 10 right ones of 20."""
    assert (29.930, 70.070) == pytest.approx(measures(np.array([[[3, 6, 6]]] * 20))[0].f1_interval, abs=0.001)


@pytest.mark.parametrize(("n", "student"), [(6, 2.5706), (10, 2.2622), (30, 2.0452), (100_000, 1.96)])
def test_few_texts_reach_as_far_as_student_says(n, student):
    assert student * (n / (n - 1)) ** 0.5 == pytest.approx(float(intervals._reach(np.array(n))), rel=0.002)


@pytest.mark.parametrize("n", [6, 10, 20])
def test_intervals_of_few_groups_hold_the_truth_nearly_as_often_as_they_say(n):
    rng = np.random.default_rng(n)
    gold = 2 + rng.poisson(3, size=(n, 400))
    right = rng.binomial(gold, rng.beta(14, 6, size=gold.shape))  # groups differ, too: 70 % in the long run
    found = [m.r_interval for m in measures(np.stack([right, gold, gold], axis=2))]

    assert all(found)
    assert 0.9 < sum(low <= 70 <= high for low, high in found) / len(found) < 0.98


def test_two_columns_that_are_alike_may_differ_as_far_as_one_case_in_so_many():
    same, better = np.array([[[1, 2, 2]] * 2] * 40), np.array([[[0, 1, 1], [1, 1, 1]]] * 40)

    assert (50.0, 50.0, pytest.approx((-8.763, 8.763), abs=0.001)) == difference(same)
    assert (0.0, 100.0, pytest.approx((91.237, 100.0), abs=0.001)) == difference(better)


@pytest.mark.parametrize("units", [1, 2, 5])
def test_a_difference_on_few_groups_has_no_interval(units):
    assert (0.0, 100.0, None) == difference(np.array([[[0, 9, 9], [9, 9, 9]]] * units))


def test_columns_are_measured_over_the_same_resamples():
    table = np.random.default_rng(3).integers(0, 2, size=(30, 1, 1)) * np.array([[[1, 1, 1]]])
    one, other = measures(np.concatenate([table, table], axis=1))

    assert one == other


def test_texts_of_a_group_are_drawn_together():
    table = np.array([[[1, 1, 1]], [[1, 1, 1]], [[0, 1, 1]], [[0, 1, 1]]] * 25)
    groups = [f"{i // 2}" for i in range(100)]
    alone, together = measures(table)[0], measures(over_units(table, groups))[0]

    assert (50, 1, 3) == over_units(table, groups).shape
    wide, wider = (high - low for low, high in (alone.f1_interval, together.f1_interval))
    assert 2**0.5 == pytest.approx(wider / wide, rel=0.1)


def test_intervals_of_rare_entities_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(5)
    gold = rng.random((200, 300, 1)) < 0.3  # 300 samples, as columns, of 200 texts
    right = gold & (rng.random(gold.shape) < 0.4)
    found = right | (rng.random(gold.shape) < 0.05)
    # What precision and recall are in the long run.
    p, r = 0.12 / (0.12 + 0.88 * 0.05), 0.4
    truth = 200 * p * r / (p + r)
    inside = [low <= truth <= high for low, high in (m.f1_interval for m in measures(_table(right, found, gold)))]

    assert 0.92 < sum(inside) / len(inside) < 0.98


def _table(*kinds):
    return np.concatenate(kinds, axis=2).astype(np.int64)


def f1_of(sums: np.ndarray) -> np.ndarray:
    """F1 between 0 and 1 from (…, columns, 3) numbers of correct, predicted and gold; nan without any."""
    right, found, gold = np.moveaxis(sums, -1, 0)
    with np.errstate(invalid="ignore"):
        return 2 * right / (found + gold)


def test_intervals_of_any_statistic_are_those_of_f1_if_it_is_f1():
    rng = np.random.default_rng(1)
    right = rng.integers(0, 4, (40, 2, 1))
    parts = np.concatenate([right, right + rng.integers(0, 3, (40, 2, 2)), right], axis=-1)
    sums = parts[..., :3].astype(float)
    found = intervals_of(f1_of, sums, sums[..., 1:].sum(axis=-1))

    for expected, (value, interval) in zip(measures(parts), found, strict=True):
        assert [expected.f1, *expected.f1_interval] == pytest.approx([100 * value, *(100 * each for each in interval)])


def test_a_statistic_that_is_undefined_has_no_interval_and_one_that_never_differs_has_wilsons():
    alike = np.tile([[[0.0, 0, 0], [1, 1, 1], [0, 1, 1]]], (FEWEST_UNITS, 1, 1))
    undefined, perfect, nothing = intervals_of(f1_of, alike, alike[..., 1:].sum(axis=-1))
    wilson = measures(np.pad(alike[:, 1:2], ((0, 0), (0, 0), (0, 1))).astype(np.int64))[0].f1_interval

    assert undefined is None
    assert (1.0, pytest.approx((wilson[0] / 100, 1.0))) == perfect
    assert (0.0, pytest.approx((wilson[0] / 100 - 1, 1 - wilson[0] / 100))) == nothing


def test_a_statistic_of_too_few_units_has_no_interval():
    few = np.ones((FEWEST_UNITS - 1, 1, 3))

    assert [(1.0, None)] == intervals_of(f1_of, few, few[..., 0])


def test_nothing_is_told_as_minus_zero():
    assert "0 to 5" == between((-0.0, 5.0))
    assert TOO_FEW == between(None)
