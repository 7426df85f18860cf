"""Texts that nobody chose, each with what a round found in it that had not learned from it.

These are the held-out texts, and those that were asked about at random: what the round that asked found there is as
good a test as a held-out text, of a model that knew a little less (Dawid 1984, "prequential").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from loop.errors import LatticeError
from loop.lattice import Lattice
from loop.progress.held_out_gold import EvaluatedText, answered_gold, with_spans_found
from loop.records import Answer, Question, Span
from loop.store import Store

# Rounds count that had learned at least this share of today's answers.
RECENT = 0.5


def asked_at_random(store: Store, answers: Iterable[Answer]) -> list[Answer]:
    """Those of the answers whose texts were drawn at random from all that had none."""
    asked = [answer for answer in answers if answer.question_id]
    streams = store.questions.streams([answer.question_id for answer in asked if answer.question_id])
    return [answer for answer in asked if streams.get(answer.question_id or "") == "random"]


def read_before_learned(store: Store, training: Sequence[Answer], labels: Sequence[str]) -> list[EvaluatedText]:
    """The texts asked about at random by recent rounds, with what these found in them.

    Args:
        store: the project's store.
        training: the answers that rounds learn from.
        labels: of the project.
    """
    learned = {info.number: info.answers for info in store.journal.rounds()}
    drawn = {answer.text_id: answer.question_id for answer in asked_at_random(store, training)}
    questions = store.questions.get(id_ for id_ in drawn.values() if id_)
    found = {
        question.text.id: spans
        for question in questions.values()
        if learned.get(question.round, 0) >= max(1, RECENT * len(training))
        and (spans := _predicted(question)) is not None
    }
    gold = answered_gold(store, [answer for answer in training if answer.text_id in found], labels)
    known = [(one, one.known.id) for one in gold if one.known]
    return with_spans_found([one for one, _ in known], [found[id_] for _, id_ in known])


def _predicted(question: Question) -> list[Span] | None:
    """What the model found, without what other sources suggested; None if it had not read the text."""
    if not question.lattice:
        return None
    try:
        own = Lattice.from_bytes(question.lattice).own
    except LatticeError:
        return None
    words = question.tokens
    return [Span(words[span.start][0], words[span.end - 1][1], span.label) for span in own]
