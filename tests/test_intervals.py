from __future__ import annotations

import numpy as np
import pytest

from loop.intervals import STRICT, counts, measures
from loop.records import Span

A, B = Span(0, 3, "A"), Span(4, 7, "B")


def test_an_entity_is_right_when_its_edges_and_its_label_are():
    table = counts([{A}, {Span(4, 7, "A")}, {Span(0, 2, "A")}], [[A], [B], [A, B]], ["A", "B"])

    assert [[[1, 1, 1], [0, 0, 0]], [[0, 1, 0], [0, 0, 1]], [[0, 1, 1], [0, 0, 1]]] == table[..., STRICT].tolist()


def test_spans_of_labels_that_nobody_asked_for_do_not_count():
    assert [[[1, 1, 1, 1]]] == counts([{A, B}], [[A, B]], ["B"]).tolist()


def test_precision_recall_and_f_are_of_the_sums_over_the_texts():
    measure = measures(np.array([[[1, 1, 2]], [[2, 3, 2]]]))[0]

    assert (75.0, 75.0, 75.0) == pytest.approx((measure.p, measure.r, measure.f))


def test_where_nothing_is_found_and_nothing_is_there_the_scores_are_zero():
    measure = measures(np.zeros((3, 1, 3), dtype=np.int64))[0]

    assert (0.0, 0.0, 0.0) == (measure.p, measure.r, measure.f)
    assert (0.0, 0.0) == measure.f_interval


def test_the_interval_is_that_of_a_share_and_narrows_with_the_texts():
    few, many = (measures(np.array([[[1, 1, 1]], [[0, 1, 1]]] * n))[0] for n in (50, 800))
    wide = 100 * 1.96 * (0.5 * 0.5 / 100) ** 0.5

    assert (50 - wide, 50 + wide) == pytest.approx(few.p_interval, abs=2.0)
    assert wide / 4 == pytest.approx((many.p_interval[1] - many.p_interval[0]) / 2, rel=0.15)


def test_texts_that_are_all_alike_leave_nothing_to_chance():
    assert (50.0, 50.0) == measures(np.array([[[1, 2, 2]]] * 20))[0].f_interval


def test_columns_are_measured_over_the_same_resamples():
    table = np.random.default_rng(3).integers(0, 2, size=(30, 1, 1)) * np.array([[[1, 1, 1]]])
    one, other = measures(np.concatenate([table, table], axis=1))

    assert one == other
