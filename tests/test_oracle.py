from __future__ import annotations

import pytest

from loop.errors import LoopError
from loop.oracle import Oracle
from loop.records import Question, Span, Text

WORDS = [f"w{i:03}" for i in range(400)]
TEXT = " ".join(WORDS)
TOKENS = tuple((5 * i, 5 * i + 4) for i in range(len(WORDS)))
GOLD = tuple(Span(*TOKENS[i], "A") for i in range(0, len(WORDS), 4))


def ask(text: str = TEXT) -> Question:
    return Question("q", Text(1, text), TOKENS, ())


def test_a_careful_oracle_answers_with_the_gold_spans():
    assert Oracle({TEXT: GOLD}).spans(ask()) == GOLD


def test_a_text_without_gold_is_an_error():
    with pytest.raises(LoopError, match="not in its gold file"):
        Oracle({}).spans(ask())


def test_as_many_spans_are_spoilt_as_the_noise_says():
    answered = Oracle({TEXT: GOLD}, labels=["A", "B"], noise=0.3, seed=1).spans(ask())
    kept = len(set(answered) & set(GOLD)) / len(GOLD)

    assert 0.7 == pytest.approx(kept, abs=0.12)


def test_a_spoilt_span_is_missed_or_has_another_label_or_an_edge_off_by_one_word():
    answered = Oracle({TEXT: GOLD}, labels=["A", "B"], noise=1.0, seed=1).spans(ask())
    relabelled = {span for span in answered if span.label == "B"}
    moved = set(answered) - relabelled
    starts = {span.start for span in GOLD}

    assert len(answered) < len(GOLD)
    assert relabelled
    assert all(Span(span.start, span.end, "A") in GOLD for span in relabelled)
    assert moved
    assert all({span.start, span.start + 5} & starts and span.end - span.start == 9 for span in moved)


def test_with_one_label_no_label_is_wrong():
    answered = Oracle({TEXT: GOLD}, labels=["A"], noise=1.0).spans(ask())

    assert {"A"} == {span.label for span in answered}


def test_what_becomes_of_a_text_depends_on_the_seed_and_not_on_the_order_of_asking():
    other = TEXT[:-4] + "last"
    gold = {TEXT: GOLD, other: GOLD}
    one, two = (Oracle(gold, labels=["A", "B"], noise=0.5, seed=7) for _ in range(2))
    first = one.spans(ask()), one.spans(ask(other))

    assert first == (two.spans(ask(other)), two.spans(ask()))[::-1]
    assert first[0] != Oracle(gold, labels=["A", "B"], noise=0.5, seed=8).spans(ask())
