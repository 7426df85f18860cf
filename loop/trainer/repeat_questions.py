"""Earlier texts that are asked again, blind, to measure how consistent the answers are."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from uuid import uuid4

from loop.records import Answer, Question
from loop.settings import Settings
from loop.store import Store

# A text comes back after so many other answers at the earliest: nobody is to answer it from memory.
GAP = 50


def asked_again(store: Store, settings: Settings, rng: Random, *, round: int) -> list[Question]:
    """The question about an earlier text, if one is due: as many are asked again as [queue] again_share says.

    It is a share of the answers to questions; imported ones do not count.

    It shows nothing, neither the earlier answer nor suggestions; otherwise it would measure those.
    """
    share, answers = settings.queue.again_share, [one for one in store.answers.standing() if one.question_id]
    before = store.answers.again()
    if share * len(answers) < len(before) + 1:
        return []
    earlier = _earlier(answers, without={answer.text_id for answer in before})
    if not earlier:
        return []
    chosen = rng.choice(earlier).question_id or ""
    return [_blind(question, round) for question in store.questions.get([chosen]).values()]


def _earlier(answers: list[Answer], *, without: set[int]) -> list[Answer]:
    """Complete ones of answers to questions, given long ago by the annotator of the last one."""
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
        reading=(),
        candidates=(),
        lattice=b"",
        share="again",
        reason="asked again: it measures how consistent the answers are",
        round=round,
        entropy=None,
    )
