from __future__ import annotations

import numpy as np

from loop.answer_parts import Known
from loop.quality.agreement import MISSING
from loop.quality.token_labels import compared_spans, label_by_label, over_all_labels, token_labels
from loop.records import Span
from loop.truth import Truth

LABELS = ("A", "B")
TOKENS = np.array([(0, 2), (3, 5), (6, 8), (9, 11)])
BOTH = frozenset(LABELS)


def read(*truths: Truth) -> tuple[np.ndarray, np.ndarray]:
    values, known = zip(*(token_labels(each, TOKENS, LABELS) for each in truths), strict=True)
    return np.stack(values), np.stack(known)


def test_a_token_has_the_label_of_the_span_that_touches_it_wherever_it_begins():
    values, known = read(Truth(BOTH, (Span(0, 5, "A"), Span(6, 7, "B"))))

    assert [1, 1, 2, 0] == values[0].tolist()
    assert known.all()


def test_two_spans_of_a_label_side_by_side_read_like_one():
    apart, one = Truth(BOTH, (Span(0, 2, "A"), Span(3, 5, "A"))), Truth(BOTH, (Span(0, 5, "A"),))

    assert np.array_equal(*(read(each)[0] for each in (apart, one)))


def test_a_passage_is_known_and_the_rest_of_the_text_is_not():
    _, known = read(Truth(passages=(Known(3, 8, BOTH),), spans=(Span(0, 5, "A"),)))

    assert [False, True, True, False] == known[0, :, 0].tolist()


def test_single_spans_that_were_confirmed_or_refused_make_nothing_known():
    _, known = read(Truth(spans=(Span(0, 2, "A"),), refused=(Span(3, 5, "B"),)))

    assert not known.any()


def test_where_a_later_answer_has_left_it_open_nothing_is_known():
    _, known = read(Truth(BOTH, unclear=(Span(3, 8, "A"),)))

    assert [True, False, False, True] == known[0, :, 1].tolist()


def test_labels_that_two_were_not_asked_about_count_as_outside():
    both, one = Truth(BOTH, (Span(0, 2, "A"), Span(3, 5, "B"))), Truth(frozenset("A"), (Span(0, 2, "A"),))

    assert [[1, 0, 0, 0], [1, 0, 0, 0]] == over_all_labels(*read(both, one)).tolist()


def test_who_knows_only_some_of_the_labels_that_two_others_know_is_left_out_whatever_they_say():
    two, third = [Truth(BOTH), Truth(BOTH)], Truth(frozenset("A"), (Span(0, 2, "A"),))

    assert [[0] * 4, [0] * 4, [MISSING] * 4] == over_all_labels(*read(*two, third)).tolist()


def test_a_label_is_compared_among_those_who_were_asked_about_it():
    truths = [Truth(BOTH, (Span(0, 2, "B"),)), Truth(frozenset("A")), Truth(passages=(Known(0, 5, BOTH),))]
    on_a, on_b = label_by_label(*read(*truths)).swapaxes(0, 1)

    assert [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, MISSING, MISSING]] == on_a.tolist()
    assert [[1, 0, 0, 0], [MISSING] * 4, [0, 0, MISSING, MISSING]] == on_b.tolist()


def test_spans_are_compared_where_both_were_asked_about_their_label():
    whole = Truth(BOTH, (Span(0, 2, "A"), Span(3, 5, "B"), Span(9, 11, "A")))
    part = Truth(passages=(Known(0, 5, frozenset("A")),), spans=(Span(3, 8, "A"),))

    assert ((Span(0, 2, "A"),), (Span(3, 8, "A"),)) == compared_spans(whole, part)
    assert ((Span(3, 8, "A"),), (Span(0, 2, "A"),)) == compared_spans(part, whole)


def test_an_empty_text_has_no_labels():
    values, known = token_labels(Truth(BOTH), np.zeros((0, 2), dtype=np.int64), LABELS)

    assert ((0,), (0, 2)) == (values.shape, known.shape)
