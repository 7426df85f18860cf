"""What the tests of terms share: a small pool, and a book in memory."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from random import Random

import numpy as np
import spacy

from loop.held_out import Teaching
from loop.records import TermDecision, Text
from loop.terms.pool_terms import PoolTerms
from loop.terms.review import Kept, TermReview
from loop.terms.similarity import TermVectors

FOODS = ("garlic", "basil", "olive oil", "red pepper", "thyme", "salt", "cumin", "oregano")
PLACES = ("kitchen", "garden", "shop", "cellar", "market", "bakery", "station", "harbour")
FILLERS = re.findall(
    r"\w+",
    "walk blue seven stone river table quick morning paper window green cloud silent winter yellow engine "
    "letter summer bridge mirror copper forest island pocket ribbon saddle tunnel velvet wagon",
)
_rng = Random(0)
KITCHEN = [" ".join([*_rng.sample(FILLERS, 3), "the", term, "."]) for term in (*FOODS, *PLACES) for _ in range(2)]


class Memory:
    """A book of decisions in memory."""

    def __init__(self) -> None:
        self.kept: list[Kept] = []
        self.patterns: dict[str, str] = {}

    def confirmed(self) -> Mapping[str, str]:
        return self.patterns

    def decided(self) -> Sequence[TermDecision]:
        return [kept.decision for kept in self.kept]

    def keep(self, decision: TermDecision) -> Kept:
        added = decision.label is not None and decision.string not in self.patterns
        if decision.label is not None:
            self.patterns.setdefault(decision.string, decision.label)
        self.kept.append(Kept(decision, len(self.kept), added))
        return self.kept[-1]

    def take_back(self, kept: Kept) -> None:
        self.kept.remove(kept)
        if kept.added:
            del self.patterns[kept.decision.string]


def pool_of(*texts: str, language: str = "en") -> PoolTerms:
    return PoolTerms([Teaching(Text(n, text)) for n, text in enumerate(texts)], spacy.blank(language))


def vectors_of(pool: PoolTerms) -> TermVectors:
    """All foods are alike, and all places; the words beside them are like neither."""
    foods, places = ({word for term in terms for word in term.split()} for terms in (FOODS, PLACES))
    rows = [[word in foods, word in places, 0.1 * (word in FILLERS)] for word in pool.words]
    return TermVectors(pool.words, np.array(rows, np.float32))


def turn_to(review: TermReview, string: str) -> None:
    """Leaf through the pages until a term is the current one."""
    while string not in (shown := [each.term.string for each in review.proposals]):
        review.next_page()
    review.at = shown.index(string)
