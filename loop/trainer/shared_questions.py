"""Questions about texts that several annotators answer, for those who have not answered them yet."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from uuid import uuid4

from loop.overlap import lacking
from loop.records import Focus, Question
from loop.store import Store


def shared_questions(store: Store, annotators: Collection[str], focus: Focus, *, n: int) -> list[Question]:
    """Up to `n` of the questions that others have answered and one of these annotators has not, the oldest first.

    They show what they showed the first annotator, the suggestions of a model that has not learned the text.
    """
    answers = store.answers.standing()
    open_ = {text_id for text_id, (_, names) in lacking(answers).items() if not names.issuperset(annotators)}
    asked: dict[int, str] = {}
    for answer in answers:
        if answer.text_id in open_ and answer.needs > 1 and answer.question_id:
            asked.setdefault(answer.text_id, answer.question_id)
    questions = store.questions.get(asked.values())
    found = [questions[id_] for id_ in asked.values() if id_ in questions and focus.asks(questions[id_])]
    return [replace(question, id=uuid4().hex, passage=None) for question in found[:n]]
