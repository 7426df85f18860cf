"""Repeat questions: earlier texts asked again, blind, to measure intra-annotator agreement."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from uuid import uuid4

from loop.records import REASONS, Answer, Question
from loop.settings import Settings
from loop.store import Store

# Fewest answers before a text is repeated, so that nobody answers from memory.
GAP = 50


def repeat_questions(store: Store, settings: Settings, rng: Random, *, round: int) -> list[Question]:
    """Return one question that repeats an earlier text, if one is due by [queue] repeat_share; otherwise none.

    The share refers to answers to questions; imported answers do not count. The question shows neither the earlier
    answer nor suggestions, which would bias the repeated answer.
    """
    asked = [one for one in store.answers.standing() if one.question_id and not one.adjudicates]
    share, answers = settings.queue.repeat_share, asked
    before = store.answers.repeats()
    if share * len(answers) < len(before) + 1:
        return []
    earlier = _earlier(answers, without={answer.text_id for answer in before})
    if not earlier:
        return []
    chosen = rng.choice(earlier).question_id or ""
    return [_blind(question, round) for question in store.questions.get([chosen]).values()]


def _earlier(answers: list[Answer], *, without: set[int]) -> list[Answer]:
    """Complete answers to questions, at least `GAP` answers old, by the annotator of the last answer."""
    by_time = sorted(answers, key=lambda answer: answer.seq)
    return [
        answer
        for answer in by_time[:-GAP]
        if answer.complete
        and answer.verdict == "accept"
        and answer.annotator == by_time[-1].annotator
        and answer.text_id not in without
    ]


def _blind(question: Question, round: int) -> Question:
    return replace(
        question,
        id=uuid4().hex,
        text=replace(question.text, suggested=()),
        prediction=(),
        candidates=(),
        lattice=b"",
        stream="repeat",
        reason=REASONS["repeat"],
        round=round,
        entropy=None,
        passage=None,
    )
