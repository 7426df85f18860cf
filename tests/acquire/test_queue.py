from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.acquire.queue import TOGETHER, Pick, balanced, with_held_out
from loop.records import Text

ORDINARY = [Pick(number, "uncertain") for number in range(200)]
HELD_OUT = [Pick(number, "held_out") for number in range(1000, 1200)]


def queue(*, share=0.1, answered=0, answered_held_out=0, size=60, ordinary=ORDINARY, held_out=HELD_OUT):
    return with_held_out(
        ordinary, held_out, share=share, answered=answered, answered_held_out=answered_held_out, size=size
    )


def test_held_out_texts_come_a_few_together():
    streams = "".join("h" if pick.stream == "held_out" else "." for pick in queue(size=160))

    assert {part for part in streams.split(".") if part} == {"h" * TOGETHER}
    assert streams.count("h") == 3 * TOGETHER


def test_a_large_debt_is_no_wall():
    streams = "".join("h" if pick.stream == "held_out" else "." for pick in queue(answered=5000))

    assert streams.startswith("h" * TOGETHER + "." * TOGETHER + "h" * TOGETHER)
    assert 30 == streams.count("h")


def test_over_many_queues_of_which_little_is_asked_the_share_is_kept():
    answered = held_out = 0
    while answered < 400:
        asked = queue(answered=answered, answered_held_out=held_out)[:10]
        answered += len(asked)
        held_out += sum(pick.stream == "held_out" for pick in asked)

    assert held_out == pytest.approx(0.1 * answered, abs=TOGETHER)


def test_nothing_is_held_out_with_a_share_of_zero():
    assert ORDINARY[:60] == queue(share=0.0, answered=1000, held_out=[])


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 90), st.floats(0, 0.5), st.integers(0, 300))
def test_the_queue_is_as_long_as_it_can_be(ordinary, held_out, size, share, answered):
    mixed = queue(share=share, answered=answered, size=size, ordinary=ORDINARY[:ordinary], held_out=HELD_OUT[:held_out])

    assert len(mixed) == len(set(mixed)) == min(size, ordinary + held_out)


def test_a_batch_that_came_later_catches_up_with_its_share():
    texts = [Text(n, f"text {n}", batch=1 if n < 60 else 2) for n in range(120)]
    order = balanced(texts, sizes={1: 500, 2: 500}, answered={1: 20})

    assert [2] * 20 == [text.batch for text in order[:20]]
    assert {1: 10, 2: 10} == Counter(text.batch for text in order[20:40])
    assert sorted(texts, key=lambda text: text.id) == sorted(order, key=lambda text: text.id)


def test_within_a_batch_the_order_stays():
    texts = [Text(n, f"text {n}", batch=n % 2) for n in (5, 3, 8, 1, 2, 4)]
    order = balanced(texts, sizes={0: 10, 1: 30}, answered={})

    assert [5, 3, 1] == [text.id for text in order if text.batch == 1]
    assert [8, 2, 4] == [text.id for text in order if text.batch == 0]
