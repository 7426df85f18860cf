"""What the answers say of the annotator: pace, and how often the suggestions were right."""

from __future__ import annotations

from collections.abc import Sequence

from loop.quality import Given, given
from loop.quality.pace import LONGEST
from loop.records import Answer
from loop.store import Store
from loop.truth import whole

# The annotator's latest answers, which the pace and the share of right suggestions are taken from.
LAST = 100


def whole_answers(store: Store) -> list[Given]:
    """The answers to questions that stand and say all of a text, by rank."""
    standing = [one for one in whole(store.answers.standing(), store.journal.schemes()) if one.question_id]
    asked = store.questions.get([answer.question_id or "" for answer in standing])
    return given((asked[answer.question_id or ""], answer) for answer in standing)


def seconds_an_answer(answers: Sequence[Answer]) -> float | None:
    """How long the last answers took on average, oldest first; None where nobody was timed."""
    timed = [answer.seconds for answer in answers if 0 < answer.seconds <= LONGEST][-LAST:]
    return sum(timed) / len(timed) if timed else None


def acceptance(answers: Sequence[Answer]) -> tuple[int, int]:
    """How many of the last 100 texts that were asked about with suggestions were acceptance rate, and of how many.

    Those asked about are the hardest, so it says less of the model than of the questions.
    """
    shown = [
        answer
        for answer in answers
        if answer.verdict == "accept" and answer.complete and answer.shown and not answer.held_out
    ][-LAST:]
    return sum(set(answer.shown) == set(answer.spans) for answer in shown), len(shown)
