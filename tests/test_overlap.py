from __future__ import annotations

from dataclasses import replace

import pytest

from loop.overlap import in_effect, is_shared, lacking
from loop.records import Answer, Text


def said(annotator: str, rank: int, *, text_id: int = 1, needs: int = 2, **more) -> Answer:
    return Answer(f"{annotator}{rank}", text_id, annotator, "accept", needs=needs, seq=rank, rank=rank, **more)


def ranks(answers, released=None):
    return [(one.id, None if one.waits else one.rank) for one in in_effect(answers, released or {})]


def test_a_share_of_the_texts_is_shared_whatever_their_number():
    drawn = [is_shared(Text(n, f"text {n}"), share=0.1, seed=3) for n in range(2000)]

    assert 160 < sum(drawn) < 240
    assert not any(is_shared(Text(n, f"text {n}"), share=0.0, seed=3) for n in range(200))
    assert all(is_shared(Text(n, f"text {n}"), share=1.0, seed=3) for n in range(200))
    assert is_shared(Text(1, "half a character \ud83d"), share=1.0, seed=3)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([], []),
        ([said("ann", 1, needs=1)], [("ann1", 1)]),
        ([said("ann", 1)], [("ann1", None)]),
        ([said("ann", 1), said("ann", 2)], [("ann1", None), ("ann2", None)]),
        ([said("ann", 1), said("ben", 5)], [("ann1", 5), ("ben5", 5)]),
        ([said("ann", 1), said("ben", 5, needs=1)], [("ann1", 5), ("ben5", 5)]),
        ([said("ann", 1), said("ben", 5), said("cid", 9)], [("ann1", 5), ("ben5", 5), ("cid9", 9)]),
        ([said("ann", 1), said("ben", 5), said("ann", 9)], [("ann1", 5), ("ben5", 5), ("ann9", 9)]),
        ([said("ann", 1, needs=3), said("ben", 5, needs=3)], [("ann1", None), ("ben5", None)]),
        ([said("ann", 1), said("dee", 7, adjudicates=("ann1",))], [("ann1", 7), ("dee7", 7)]),
        ([said("ann", 1), said("ben", 5, passage=(0, 3), complete=False, needs=1)], [("ann1", None), ("ben5", None)]),
    ],
)
def test_answers_count_from_the_one_on_that_completes_their_text(answers, expected):
    assert expected == ranks(answers)


def test_other_texts_keep_their_place_before_and_after():
    answers = [said("ann", 1), said("ann", 2, text_id=2, needs=1), said("ben", 3), said("ann", 4, text_id=3, needs=1)]

    assert [("ann2", 2), ("ann1", 3), ("ben3", 3), ("ann4", 4)] == ranks(answers)


@pytest.mark.parametrize(
    ("released", "expected"),
    [(3, [("ann1", 3), ("ben5", 5)]), (5, [("ann1", 5), ("ben5", 5)]), (8, [("ann1", 5), ("ben5", 5)])],
)
def test_a_released_text_counts_since_then_or_since_it_was_complete(released, expected):
    assert expected == ranks([said("ann", 1), said("ben", 5)], {1: released})


def test_what_waits_lacks_the_others():
    answers = [said("ann", 1), said("ben", 2, text_id=2), said("ann", 3, text_id=2), said("ann", 4, text_id=3, needs=3)]

    assert {1: (2, {"ann"}), 3: (3, {"ann"})} == lacking(in_effect(answers, {}))


def test_a_waiting_answer_does_not_train():
    assert (True, False) == (said("ann", 1).trains, replace(said("ann", 1), waits=True).trains)
