from __future__ import annotations

from itertools import count
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.acquire.passages import AROUND, FEWEST, SHARE, SHORT, best_passages, random_stretches
from loop.lattice import Expectation
from loop.records import TokenSpan
from loop.timing import DIMMED, PRIOR

COST = PRIOR


class Read:
    """The spans of a text with their probabilities; those of at least a half are its best analysis."""

    def __init__(self, spans: dict[TokenSpan, float]) -> None:
        self.spans = dict(sorted(spans.items()))

    def columns(self, epsilon):
        kept = [(span, p) for span, p in self.spans.items() if p >= epsilon]
        start, end, label, p = zip(*((*span, p) for span, p in kept), strict=True) if kept else ([], [], [], [])
        return np.array(start, dtype=int), np.array(end, dtype=int), np.array(label, dtype=object), np.array(p)

    def best(self, _):
        shown = tuple(span for span, p in self.spans.items() if p >= 0.5)
        return [type("Analysis", (), {"spans": shown})()]


def best_passage(lattice: Read, n_tokens: int, **more):
    (found,) = best_passages(lattice, n_tokens, COST, **more)
    return found


def read(*spans: tuple[int, int, float]) -> Read:
    return Read({TokenSpan(start, end, "A"): p for start, end, p in spans})


def test_it_is_what_surrounds_the_doubt():
    found = best_passage(read((50, 52, 0.5), (90, 91, 0.99)), 100, longest=100)

    assert ((50 - AROUND, 52 + AROUND), 1) == (found[0], found[1].shown)
    assert (0.5, 0.0, 0.5) == pytest.approx((found[1].false, found[1].missed, found[1].edits))


def test_doubts_that_are_near_to_each_other_are_asked_about_together():
    assert (46, 61) == best_passage(read((50, 52, 0.5), (56, 57, 0.4)), 100, longest=100)[0]


def test_a_text_that_is_doubtful_everywhere_is_asked_about_nearly_whole():
    everywhere = read(*((n, n + 1, 0.5) for n in range(1, 40, 3)))

    first, last = best_passage(everywhere, 40, longest=100)[0]

    assert last - first > 34


def test_a_short_text_is_asked_about_as_a_whole():
    assert (0, SHORT - 1) == best_passage(read((1, 2, 0.5)), SHORT - 1, longest=100)[0]


def test_no_passage_is_longer_than_the_longest():
    everywhere = read(*((n, n + 1, 0.5) for n in range(1, 99, 3)))
    first, last = best_passage(everywhere, 100, longest=30)[0]

    assert 20 < last - first <= 30


def test_what_is_known_is_not_asked_about_again():
    spans = read((50, 52, 0.5), (90, 91, 0.4))

    assert (90 - AROUND, 91 + AROUND) == best_passage(spans, 100, longest=100, known=[(40, 60)])[0]
    assert [] == best_passages(spans, 100, COST, longest=100, known=[(0, 100)])


def test_where_nothing_is_doubtful_there_is_no_passage():
    assert [] == best_passages(read(), 100, COST, longest=100)
    assert [] == best_passages(read((3, 4, 1.0)), 100, COST, longest=100)


def test_a_doubt_beside_what_is_known_is_asked_about_up_to_its_edge():
    assert (20, 28) == best_passage(read((23, 24, 0.5)), 60, longest=100, known=[(10, 20)])[0]
    assert (20, 27) == best_passage(read((23, 24, 0.5)), 60, longest=100, known=[(10, 20), (27, 40)])[0]


def test_doubts_in_what_is_known_are_no_reason_to_ask():
    spans = read((15, 20, 0.5), (26, 28, 0.5))

    assert [] == best_passages(spans, 60, COST, longest=100, known=[(10, 20), (26, 40)])


def test_of_a_doubt_that_is_longer_than_the_longest_a_part_is_asked_about():
    first, last = best_passage(read((20, 50, 0.5)), 100, longest=20)[0]

    assert last - first == 20


def test_with_a_label_its_doubts_decide():
    two = Read({TokenSpan(20, 21, "A"): 0.5, TokenSpan(60, 61, "B"): 0.2})

    assert (60 - AROUND, 61 + AROUND) == best_passage(two, 100, longest=30, label="B")[0]
    assert (20 - AROUND, 21 + AROUND) == best_passage(two, 100, longest=30, label="C")[0]


def free_of(n_tokens: int, taken: list[tuple[int, int]]) -> set[int]:
    return {n for n in range(n_tokens) if not any(first <= n < last for first, last in taken)}


def rests(passage: tuple[int, int], free: set[int]) -> list[int]:
    """How many tokens of what is free are left on either side of a passage, up to what is not free."""
    before, after = (next(n for n in count() if edge + n * by not in free) for edge, by in beside(passage))
    return [before, after]


def beside(passage: tuple[int, int]) -> list[tuple[int, int]]:
    return [(passage[0] - 1, -1), (passage[1], 1)]


@st.composite
def partly_known(draw) -> tuple[int, list[tuple[int, int]]]:
    n_tokens = draw(st.integers(1, 90))
    begun = draw(st.lists(st.tuples(st.integers(0, n_tokens - 1), st.integers(1, 9)), max_size=3))
    return n_tokens, [(start, min(n_tokens, start + size)) for start, size in begun]


@given(partly_known(), st.integers(20, 40), st.integers(0, 9), st.integers(0, 89))
def test_random_stretches_touch_nothing_known_until_all_is(text, longest, seed, at):
    n_tokens, known = text
    drawn = random_stretches(n_tokens, longest, Random(seed), most=99, known=known, near=[(at, at + 1)])

    assert sorted(free_of(n_tokens, known)) == sorted(n for one in drawn for n in range(*one))
    assert all(0 < last - first <= longest for first, last in drawn)


@given(partly_known(), st.integers(20, 40), st.integers(0, 9))
def test_a_random_stretch_leaves_no_small_rest_beside_it(text, longest, seed):
    n_tokens, known = text
    free = free_of(n_tokens, known)
    drawn = random_stretches(n_tokens, longest, Random(seed), known=known)

    assert bool(free) == bool(drawn)
    assert all(n == 0 or n >= FEWEST for one in drawn for n in rests(one, free))


def test_random_stretches_are_near_matches_as_long_as_there_are_any():
    for seed in range(20):
        near = [(300, 302), (420, 460), (10, 11)]
        one, two, three = random_stretches(500, 20, Random(seed), most=3, known=[(0, 50)], near=near)

        assert all(any(start < last and first < end for first, last in near) for start, end in (one, two, three))


def test_of_a_match_that_is_longer_than_a_stretch_a_part_is_asked_about():
    drawn = {random_stretches(200, 20, Random(seed), near=[(100, 150)])[0] for seed in range(20)}

    assert all(100 <= start and end <= 150 and end - start == 20 for start, end in drawn)


@given(partly_known(), st.integers(20, 40), st.integers(0, 9), st.integers(0, 89), st.sets(st.integers(0, 89)))
def test_stretches_that_end_with_sentences_leave_no_small_rest_and_are_no_longer(text, longest, seed, at, ends):
    n_tokens, known = text
    free = free_of(n_tokens, known)
    drawn = random_stretches(n_tokens, longest, Random(seed), known=known, near=[(at, at + 1)], ends=sorted(ends))

    assert bool(free) == bool(drawn)
    for first, last in drawn:
        assert free.issuperset(range(first, last))
        assert 0 < last - first <= longest
        assert first <= at < last or at not in free
        assert all(n == 0 or n >= FEWEST for n in rests((first, last), free))


def test_random_stretches_begin_and_end_with_sentences():
    ends = [*range(0, 2000, 17)]
    drawn = [random_stretches(2000, 40, Random(seed), ends=ends)[0] for seed in range(50)]

    assert {*ends, 2000}.issuperset(edge for one in drawn for edge in one)
    assert {34} == {last - first for first, last in drawn}
    assert 30 < len(set(drawn))


def test_a_stretch_far_from_the_end_of_any_sentence_stays_as_long_as_it_may_be():
    assert {40} == {last - first for seed in range(9) for first, last in random_stretches(999, 40, Random(seed))}


def test_several_passages_are_the_best_of_what_the_ones_before_leave():
    spans = read((50, 52, 0.5), (120, 121, 0.3), (200, 201, 0.4), (210, 212, 0.3))
    found = best_passages(spans, 300, COST, longest=30, most=9)

    assert [(196, 216), (46, 56), (116, 125)] == [passage for passage, _ in found]
    assert [0.7, 0.5, 0.3] == pytest.approx([one.false + one.missed for _, one in found])
    assert found[:2] == best_passages(spans, 300, COST, longest=30, most=2)
    assert found[2:] == best_passages(spans, 300, COST, longest=30, known=[(196, 216), (46, 56)], most=9)


def test_a_doubt_that_an_answer_at_its_side_has_settled_is_asked_about_no_more():
    assert [] == best_passages(read((18, 23, 0.5)), 60, COST, longest=100, known=[(10, 20)])


SPANS = st.dictionaries(
    st.builds(lambda start, size: TokenSpan(start, start + size, "A"), st.integers(0, 30), st.integers(1, 3)),
    st.floats(0.01, 0.49),
    max_size=6,
)


@given(SPANS, st.integers(34, 60))
def test_no_other_passage_around_doubts_is_worth_more(spans, n_tokens):
    found = best_passages(Read(spans), n_tokens, COST, longest=1000)

    def errors(first: int, last: int) -> float:
        return sum(p for span, p in spans.items() if span.start < last and first < span.end)

    def worth(first: int, last: int) -> float:
        tokens = last - first + DIMMED * (n_tokens - (last - first))
        return errors(first, last) / COST.seconds(tokens=tokens, spans=0, edits=errors(first, last))

    starts = {0, *(span.start - AROUND for span in spans if span.start - AROUND >= FEWEST)}
    ends = {n_tokens, *(span.end + AROUND for span in spans if span.end + AROUND <= n_tokens - FEWEST)}
    every = [(first, last) for first in starts for last in ends if first < last]
    every = [one for one in every if errors(*one) >= SHARE * errors(0, n_tokens)]

    assert bool(spans) == bool(found)
    for passage, expected in found:
        assert max(worth(*one) for one in every) == pytest.approx(worth(*passage))
        assert isinstance(expected, Expectation)


@given(SPANS, partly_known())
def test_a_passage_leaves_no_small_rest_beside_it(spans, text):
    n_tokens, known = text
    inside = {span: p for span, p in spans.items() if span.end <= n_tokens}
    found = best_passages(Read(inside), n_tokens, COST, longest=20, known=known, most=9)
    free = free_of(n_tokens, known)
    for (first, last), _ in found:
        assert free.issuperset(range(first, last))
        assert all(n == 0 or n >= FEWEST for n in rests((first, last), free)) or n_tokens < SHORT
        free -= set(range(first, last))
