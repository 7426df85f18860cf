"""Teach mode: is one uncertain span of a text right or wrong?"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from loop.records import Candidate, Question, Stream

# A less probable span is hardly ever an entity: no stop for Tab, and a wasted question in teach mode.
LIKELY = 0.15
ABOUT_WHOLE_TEXTS: tuple[Stream, ...] = ("held_out", "repeat", "revisit", "chosen")


def possible_entities(question: Question) -> list[Candidate]:
    """The candidates that teach mode may ask about.

    Those that are suggested, those that another source than the model found, and those of at least `LIKELY`; of a
    passage those that touch it.
    """
    inside = [c for c in question.candidates if question.passage is None or c.span.touches(question.passage)]
    return [c for c in inside if c.span in question.prediction or c.source != "model" or _p(c) >= LIKELY]


def is_for_teaching(question: Question, labels: Collection[str]) -> bool:
    """Whether teach mode asks the question in its turn; it passes over others as long as there are any of these.

    Either a span may be an entity of these labels, or the question is about the whole text in any mode.
    """
    possible = any(candidate.span.label in labels for candidate in possible_entities(question))
    return possible or question.stream in ABOUT_WHOLE_TEXTS


def most_uncertain(candidates: Iterable[Candidate]) -> Candidate | None:
    """The candidate with the probability nearest to 0.5, where an answer is most informative; None without candidates.

    A pattern match that no model has scored counts as 0.5. Ties go to the first in the text.
    """
    return min(candidates, key=lambda c: (abs(_p(c) - 0.5), c.span), default=None)


def _p(candidate: Candidate) -> float:
    return 0.5 if candidate.p is None else candidate.p
