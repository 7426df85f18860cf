from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.acquire.passages import AROUND, FEWEST, SHARE, SHORT, best_passage, random_stretch
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


def read(*spans: tuple[int, int, float]) -> Read:
    return Read({TokenSpan(start, end, "A"): p for start, end, p in spans})


def test_it_is_what_surrounds_the_doubt():
    found = best_passage(read((50, 52, 0.5), (90, 91, 0.99)), 100, COST, longest=100)

    assert ((50 - AROUND, 52 + AROUND), 1) == (found[0], found[1].shown)
    assert (0.5, 0.0, 0.5) == pytest.approx((found[1].false, found[1].missed, found[1].edits))


def test_doubts_that_are_near_to_each_other_are_asked_about_together():
    assert (46, 61) == best_passage(read((50, 52, 0.5), (56, 57, 0.4)), 100, COST, longest=100)[0]


def test_a_text_that_is_doubtful_everywhere_is_asked_about_nearly_whole():
    everywhere = read(*((n, n + 1, 0.5) for n in range(1, 40, 3)))

    first, last = best_passage(everywhere, 40, COST, longest=100)[0]

    assert last - first > 34


def test_a_short_text_is_asked_about_as_a_whole():
    assert (0, SHORT - 1) == best_passage(read((1, 2, 0.5)), SHORT - 1, COST, longest=100)[0]


def test_no_passage_is_longer_than_the_longest():
    everywhere = read(*((n, n + 1, 0.5) for n in range(1, 99, 3)))
    first, last = best_passage(everywhere, 100, COST, longest=30)[0]

    assert 20 < last - first <= 30


def test_what_is_known_is_not_asked_about_again():
    spans = read((50, 52, 0.5), (90, 91, 0.4))

    assert (90 - AROUND, 91 + AROUND) == best_passage(spans, 100, COST, longest=100, known=[(40, 60)])[0]
    assert best_passage(spans, 100, COST, longest=100, known=[(0, 100)]) is None


def test_where_nothing_is_doubtful_there_is_no_passage():
    assert best_passage(read(), 100, COST, longest=100) is None
    assert best_passage(read((3, 4, 1.0)), 100, COST, longest=100) is None


def test_a_doubt_beside_what_is_known_is_asked_about_up_to_its_edge():
    assert (20, 28) == best_passage(read((23, 24, 0.5)), 60, COST, longest=100, known=[(10, 20)])[0]
    assert (20, 27) == best_passage(read((23, 24, 0.5)), 60, COST, longest=100, known=[(10, 20), (27, 40)])[0]


def test_doubts_in_what_is_known_are_no_reason_to_ask():
    spans = read((15, 20, 0.5), (26, 28, 0.5))

    assert best_passage(spans, 60, COST, longest=100, known=[(10, 20), (26, 40)]) is None


def test_of_a_doubt_that_is_longer_than_the_longest_a_part_is_asked_about():
    first, last = best_passage(read((20, 50, 0.5)), 100, COST, longest=20)[0]

    assert last - first == 20


def test_with_a_label_its_doubts_decide():
    two = Read({TokenSpan(20, 21, "A"): 0.5, TokenSpan(60, 61, "B"): 0.2})

    assert (60 - AROUND, 61 + AROUND) == best_passage(two, 100, COST, longest=30, label="B")[0]
    assert (20 - AROUND, 21 + AROUND) == best_passage(two, 100, COST, longest=30, label="C")[0]


@given(
    st.integers(1, 60),
    st.integers(20, 40),
    st.integers(0, 9),
    st.lists(st.tuples(st.integers(0, 59), st.integers(1, 9)), max_size=3),
    st.integers(0, 59),
)
def test_a_random_stretch_is_long_enough_and_touches_nothing_known(n_tokens, longest, seed, begun, at):
    known, last = [], -1
    for start, size in sorted(begun):
        if last < start < n_tokens:
            known.append((start, min(n_tokens, start + size)))
            last = known[-1][1]
    free = {n for n in range(n_tokens) if not any(a <= n < b for a, b in known)}
    found = random_stretch(n_tokens, longest, Random(seed), known=known, near=[(at, at + 1)])
    fewest = min(FEWEST, n_tokens)
    if found is None:
        assert not any(free.issuperset(range(n, n + fewest)) for n in free)
    else:
        assert 0 < found[1] - found[0] <= longest
        assert free.issuperset(range(*found))


def test_a_random_stretch_is_near_a_match_if_it_can_be():
    drawn = [random_stretch(500, 20, Random(n), known=[(0, 50)], near=[(300, 302), (10, 11)]) for n in range(20)]

    assert all(start < 302 and 300 < end for start, end in drawn)


SPANS = st.dictionaries(
    st.builds(lambda start, size: TokenSpan(start, start + size, "A"), st.integers(0, 30), st.integers(1, 3)),
    st.floats(0.01, 0.49),
    max_size=6,
)


@given(SPANS, st.integers(34, 60))
def test_no_other_passage_around_doubts_is_worth_more(spans, n_tokens):
    lattice = Read(spans)
    found = best_passage(lattice, n_tokens, COST, longest=1000)

    def errors(first: int, last: int) -> float:
        return sum(p for span, p in spans.items() if span.start < last and first < span.end)

    def worth(first: int, last: int) -> float:
        tokens = last - first + DIMMED * (n_tokens - (last - first))
        return errors(first, last) / COST.seconds(tokens=tokens, spans=0, edits=errors(first, last))

    starts = {0, *(max(0, span.start - AROUND) for span in spans)}
    ends = {n_tokens, *(min(n_tokens, span.end + AROUND) for span in spans)}
    every = [(first, last) for first in starts for last in ends if first < last]
    every = [one for one in every if errors(*one) >= SHARE * errors(0, n_tokens)]
    if not spans:
        assert found is None
    else:
        assert max(worth(*one) for one in every) == pytest.approx(worth(*found[0]))
        assert isinstance(found[1], Expectation)
