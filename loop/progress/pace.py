"""The annotator's pace and the acceptance rate of suggestions."""

from __future__ import annotations

from collections.abc import Iterable

from loop.records import Answer, Question
from loop.timing import has_plausible_time

Asked = tuple[Question, Answer]
"""An answer after its question."""


def seconds_an_answer(answers: Iterable[Asked]) -> float | None:
    """The median time of these answers in seconds, those with a break left out; None if none was timed.

    The median, because a single long look out of the window would double the mean of a dozen answers.
    """
    from statistics import median  # a session needs it only after the first screen

    taken = [answer.seconds for question, answer in answers if has_plausible_time(question, answer)]
    return median(taken) if taken else None


def pace_words(seconds: float) -> str:
    """A time per answer in words, such as "15 s each"."""
    return f"{seconds:.0f} s each" if seconds >= 10 else f"{seconds:.1f} s each"


def acceptance(answers: Iterable[Asked]) -> tuple[int, int]:
    """How many of the answers to a suggestion accept it unchanged, and how many there are.

    A suggestion is also the prediction that a text has no entities, and the span that teach mode asks about; "no" to
    that one refuses it. Nothing is suggested in manual mode, in held-out texts, or before a model has scored a text.

    Questions are about the hardest texts, so this says more about the questions than about the model.
    """
    suggested = [answer for question, answer in answers if _was_suggested(question, answer)]
    accepted = [one for one in suggested if one.verdict == "accept" and set(one.shown) == set(one.spans)]
    return len(accepted), len(suggested)


def _was_suggested(question: Question, answer: Answer) -> bool:
    is_empty_prediction = answer.mode == "correct" and question.entropy is not None
    return answer.trains and (bool(answer.shown) or is_empty_prediction)
