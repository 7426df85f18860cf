"""Teach mode: one uncertain span of a text, right or wrong."""

from __future__ import annotations

from loop.records import Candidate, Question


def most_uncertain(question: Question) -> Candidate | None:
    """The candidate whose probability is nearest to one half, which a yes or no tells most about; None without any.

    A pattern match that no model has read stands at one half. Of equals the earlier in the text.
    """
    return min(question.candidates, key=lambda c: (abs((0.5 if c.p is None else c.p) - 0.5), c.span), default=None)
