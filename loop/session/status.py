"""The numbers beside a question."""

from __future__ import annotations

from dataclasses import dataclass

from loop.records import Answer


@dataclass(frozen=True, slots=True)
class SessionStatus:
    """The numbers around the question.

    Attributes:
        answers_today, answers_total: this annotator's answers in force.
        round: the last one published. trainer: what it is doing, in words.
        left_in_queue: prepared questions. pool_left: unanswered texts.
        last: this annotator's latest answer in force.
        forgotten: a warning about labels of the base that the model finds less well now, or a pinned round; else empty.
        score: F1 on held-out texts, in words; empty before an evaluation.
    """

    answers_today: int
    answers_total: int
    round: int
    trainer: str
    left_in_queue: int
    pool_left: int
    last: Answer | None
    forgotten: str = ""
    score: str = ""
