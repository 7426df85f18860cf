from __future__ import annotations

from collections.abc import Callable

import pytest
from terms_kitchen import KITCHEN, Memory, pool_of, vectors_of

from loop.terms.pool_terms import PoolTerms
from loop.terms.ranking import Ranking
from loop.terms.review import TermReview


@pytest.fixture(scope="session")
def kitchen() -> PoolTerms:
    return pool_of(*KITCHEN)


@pytest.fixture
def book() -> Memory:
    return Memory()


@pytest.fixture
def reviewed(kitchen: PoolTerms, book: Memory) -> Callable[..., TermReview]:
    """A review of the kitchen's terms; a second one knows what the first has left in the book."""

    def review(*labels: str) -> TermReview:
        return TermReview(kitchen, Ranking(kitchen, vectors_of(kitchen)), labels or ("FOOD",), book)

    return review
