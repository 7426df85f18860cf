from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.acquire.passages import AROUND, SHORT, best_passage
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


SPANS = st.dictionaries(
    st.builds(lambda start, size: TokenSpan(start, start + size, "A"), st.integers(0, 30), st.integers(1, 3)),
    st.floats(0.01, 0.49),
    max_size=6,
)


@given(SPANS, st.integers(34, 60))
def test_no_other_passage_around_doubts_is_worth_more(spans, n_tokens):
    lattice = Read(spans)
    found = best_passage(lattice, n_tokens, COST, longest=1000)

    def worth(first: int, last: int) -> float:
        doubts = [p for span, p in spans.items() if span.start < last and first < span.end]
        tokens = last - first + DIMMED * (n_tokens - (last - first))
        return sum(doubts) / COST.seconds(tokens=tokens, spans=0, edits=sum(doubts))

    starts = {0, *(max(0, span.start - AROUND) for span in spans)}
    ends = {n_tokens, *(min(n_tokens, span.end + AROUND) for span in spans)}
    every = [worth(first, last) for first in starts for last in ends if first < last]
    if not spans:
        assert found is None
    else:
        assert max(every) == pytest.approx(worth(*found[0]))
        assert isinstance(found[1], Expectation)
