"""The annotator's pace and the acceptance rate of suggestions."""

from __future__ import annotations

from collections.abc import Sequence

from loop.quality import Given, given
from loop.quality.pace import LONGEST
from loop.records import Answer
from loop.store import Store
from loop.truth import whole

# The number of latest answers behind pace and acceptance rate.
LAST = 100


def whole_answers(store: Store) -> list[Given]:
    """The complete answers in force with their questions, by rank."""
    standing = [one for one in whole(store.answers.standing(), store.journal.schemes()) if one.question_id]
    asked = store.questions.get([answer.question_id or "" for answer in standing])
    return given((asked[answer.question_id or ""], answer) for answer in standing)


def seconds_an_answer(answers: Sequence[Answer]) -> float | None:
    """The mean time of the last answers in seconds; None if none was timed. `answers` are oldest first."""
    timed = [answer.seconds for answer in answers if 0 < answer.seconds <= LONGEST][-LAST:]
    return sum(timed) / len(timed) if timed else None


def acceptance(answers: Sequence[Answer]) -> tuple[int, int]:
    """How many of the last 100 texts with suggestions were accepted unchanged, and of how many.

    Questions are about the hardest texts, so this says more about the questions than about the model.
    """
    shown = [
        answer
        for answer in answers
        if answer.verdict == "accept" and answer.complete and answer.shown and not answer.held_out
    ][-LAST:]
    return sum(set(answer.shown) == set(answer.spans) for answer in shown), len(shown)
