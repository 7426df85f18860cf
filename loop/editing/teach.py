"""Teach mode: is one uncertain span of a text right or wrong?"""

from __future__ import annotations

from loop.records import Candidate, Question


def most_uncertain(question: Question) -> Candidate | None:
    """The candidate with the probability nearest to 0.5, where an answer is most informative; None without candidates.

    A pattern match that no model has scored counts as 0.5. Ties go to the first in the text.
    """
    return min(question.candidates, key=lambda c: (abs((0.5 if c.p is None else c.p) - 0.5), c.span), default=None)
