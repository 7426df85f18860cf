"""The numbers beside a question."""

from __future__ import annotations

from dataclasses import dataclass

from loop.records import Answer


@dataclass(frozen=True, slots=True)
class SessionStatus:
    """What the screen says beside the question.

    Attributes:
        answers_today, answers_total: of this annotator, the ones that stand.
        round: the last one published. trainer: what it is doing, in words.
        left_in_queue: questions laid out. pool_left: texts that nobody has answered.
        last: this annotator's latest standing answer.
        forgotten: what the model no longer finds as its base does, and that a round is pinned; empty without either.
        score: how good the model is on texts that it never learns from; empty while nothing is measured.
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
