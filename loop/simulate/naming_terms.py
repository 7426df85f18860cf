"""A simulated person names examples of each label and decides about terms, before the first text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING

from loop.oracle import Gold
from loop.settings import ProjectPaths, Settings
from loop.store import Store

if TYPE_CHECKING:
    from loop.terms.review import TermReview

# Modelled seconds: to think of an example and type it, to decide about a term, and to write a pattern.
EXAMPLE, DECISION, PATTERN = 4.0, 2.0, 4.0
# What comes to one's mind: some of the most frequent entities.
FREQUENT = 20
CJK = "\u2e80"  # the first of the scripts of East Asia, which follow all others that part words by spaces


def name_terms(
    paths: ProjectPaths, settings: Settings, store: Store, gold: Gold, *, examples: int, terms: int
) -> float:
    """Name examples and decide about terms as `loop terms` does; return the modelled seconds.

    Args:
        paths: the project's paths.
        settings: the project's settings.
        store: the store, with the texts.
        gold: these texts with their spans.
        examples: how many are named of each label, among its `FREQUENT` most frequent strings.
        terms: about how many terms of the pool are decided at most; fewer if nearly all are refused.
    """
    from loop.terms.project_terms import project_review

    if not examples:
        return 0.0
    review, labels, rng = project_review(paths, settings, store), settings.project.labels, Random(settings.project.seed)
    found = {label: list(_named(review, gold, label, examples, rng)) for label in labels}
    review.examples({label: strings for label, strings in found.items() if strings})
    seconds, decided = EXAMPLE * sum(map(len, found.values())), 0
    review.next_page()
    while decided < terms and (proposal := review.current) and not review.runs_dry:
        label = majority(gold, proposal.term.string)
        review.decide("yes" if label in labels else "no", label)
        decided += 1
    return seconds + DECISION * decided


def _named(review: TermReview, gold: Gold, label: str, n: int, rng: Random) -> Iterator[str]:
    """Examples of a label, one spelling of each."""
    counted = Counter(
        text[span.start : span.end] for text, spans in gold.items() for span in spans if span.label == label
    )
    usual = {string.casefold(): string for string, _ in reversed(counted.most_common())}
    frequent = list(dict.fromkeys(string.casefold() for string, _ in counted.most_common()))[:FREQUENT]
    for key in rng.sample(frequent, len(frequent)):
        if n and majority(gold, key) == label and not review.problem(label, [usual[key]]):
            n -= 1
            yield usual[key]


def majority(gold: Gold, string: str) -> str | None:
    """The label of more than half of the places where a string stands, in any case; None if there is none."""
    labels: Counter[str | None] = Counter()
    for text, spans in gold.items():
        here = {(span.start, span.end): span.label for span in spans}
        labels.update(here.get(place) for place in _places(text, string))
    return next((label for label, n in labels.most_common(1) if 2 * n > labels.total()), None)


def _places(text: str, string: str) -> Iterator[tuple[int, int]]:
    """Where a string stands in a text, not within a longer word."""
    lowered, wanted = _folded(text), _folded(string)
    start = lowered.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        if not _is_inside(lowered, start) and not _is_inside(lowered, end):
            yield start, end
        start = lowered.find(wanted, start + 1)


def _is_inside(text: str, place: int) -> bool:
    """Whether a place lies within a word; in scripts without spaces, such as Chinese, nobody can tell."""
    return 0 < place < len(text) and all(char.isalnum() and char < CJK for char in text[place - 1 : place + 1])


def _folded(text: str) -> str:
    """In lower case, every character still one."""
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
