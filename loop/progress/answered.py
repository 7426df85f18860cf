"""The answers in force with their questions."""

from __future__ import annotations

from collections.abc import Iterable

from loop.quality import Given, given
from loop.records import Answer
from loop.store import Store
from loop.truth import whole

# The number of latest answers behind pace and acceptance rate.
LAST = 100


def whole_answers(store: Store) -> list[Given]:
    """The complete answers in force with their questions, by rank."""
    standing = whole(store.answers.standing(), store.journal.schemes())
    return given((one.question, one.answer) for one in _asked(store, standing))


def last_answers(store: Store, answers: Iterable[Answer]) -> list[Given]:
    """The last of these answers that say something, with their questions; not imported or adjudicated ones."""
    given = (answer for answer in answers if answer.says_something and answer.question_id)
    return _asked(store, [answer for answer in given if not answer.adjudicates][-LAST:])


def _asked(store: Store, answers: Iterable[Answer]) -> list[Given]:
    asked = [(answer.question_id, answer) for answer in answers if answer.question_id]
    questions = store.questions.get(id_ for id_, _ in asked)
    return [Given(questions[id_], answer) for id_, answer in asked]
