"""The answers that annotators gave without having seen each other's."""

from __future__ import annotations

from collections.abc import Iterable

from loop.records import Answer
from loop.truth import standing


def blind_answers(answers: Iterable[Answer]) -> list[Answer]:
    """The answers that count for agreement between annotators.

    An answer replaced after somebody else had answered the text counts as it was before: `loop check` may have shown
    the other one, and settling a difference has not made anyone agree. Blind repeats and adjudicated answers do not
    count.

    Args:
        answers: all answers ever given.
    """
    given = sorted(answers, key=lambda answer: answer.seq)
    began: dict[int, dict[str, int]] = {}
    for answer in given:
        if answer.says_something and not answer.repeat:
            began.setdefault(answer.text_id, {}).setdefault(answer.annotator, answer.seq)
    in_time = [answer for answer in given if not _is_late(answer, began.get(answer.text_id, {}))]
    return [answer for answer in standing(in_time) if not (answer.repeat or answer.adjudicates)]


def _is_late(answer: Answer, began: dict[str, int]) -> bool:
    """Whether it changes an earlier answer after somebody else had begun to answer the text."""
    if answer.retracts is None or answer.verdict == "retract" or answer.repeat:
        return False
    return any(seq < answer.seq for annotator, seq in began.items() if annotator != answer.annotator)


def had_suggestions(answer: Answer, entropy: float | None) -> bool:
    """Whether the annotator saw suggestions: spans, or the model's prediction that there are none.

    Args:
        answer: the answer.
        entropy: of its question; None if it had none, or if no model had scored the text.
    """
    is_empty_prediction = answer.mode == "correct" and entropy is not None and not (answer.held_out or answer.repeat)
    return bool(answer.shown) or is_empty_prediction
