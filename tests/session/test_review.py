from __future__ import annotations

import pytest

from loop.records import Question, Span
from loop.session import Review, Session, Stop
from loop.store.events import EventKind


@pytest.fixture
def stops(paths, settings, store, gold):
    """Three answers by "ann", each accepted with one span."""
    texts = store.corpus.texts([1, 2, 3])
    store.questions.publish([Question(f"q{text.id}", text, ((0, 3), (4, 8)), ()) for text in texts], round=0)
    session = Session(paths, settings, store, annotator="ann")
    found = []
    while question := session.next():
        answer = session.answer(question, "accept", [Span(0, 3, "PART")], seconds=1, keys=1)
        found.append(Stop(question, answer, f"reason {question.text.id}", Span(4, 8, "")))
    session.close()
    return found


@pytest.fixture
def review(paths, settings, store, stops):
    review = Review(paths, settings, store, stops=stops, annotator="bob")
    yield review
    review.close()


def looked_at(store):
    return [payload["answer"] for _, _, payload in store.journal.events(kind=EventKind.LOOKED_AT)]


def change(review, question, spans=()):
    return review.answer(question, "accept", spans, seconds=1, keys=1)


def test_a_walk_shows_every_stop_with_its_reason_and_its_answer(review, stops):
    seen = []
    while question := review.next():
        assert Span(4, 8, "") == review.place(question)
        seen.append((question.id, review.note(question), review.answered(question)))
        assert "" == review.goal_reached
        review.leave(question)

    assert [(s.question.id, f"{n} of 3: {s.why}", s.answer) for n, s in enumerate(stops, 1)] == seen
    assert review.goal_reached.startswith("All reviewed (3)")


def test_a_change_is_a_new_row_in_the_place_of_the_old_one_whoever_gave_it(review, stops, store):
    given = change(review, review.next())

    assert (stops[0].answer.id, "bob") == (given.retracts, given.annotator)
    assert [given.id, stops[1].answer.id, stops[2].answer.id] == [one.id for one in store.answers.standing()]
    assert stops[1].question == review.next()


def test_what_is_left_as_it_was_is_noted_and_nothing_else_changes(review, stops, store):
    before = store.answers.all()
    review.leave(review.next())
    change(review, review.next(), stops[1].answer.spans)

    assert before == store.answers.all()
    assert [stops[0].answer.id, stops[1].answer.id] == looked_at(store)


def test_reopening_goes_back_a_stop_and_shows_what_stands_now(review, stops):
    assert review.reopen() is None
    given = change(review, review.next())

    assert (stops[0].question, given) == review.reopen()
    assert (given.id, stops[1].question) == (
        change(review, review.next(), [Span(0, 8, "PART")]).retracts,
        review.next(),
    )


def test_a_held_out_answer_stays_held_out(paths, settings, store, gold):
    (text,) = store.corpus.texts([1])
    question = Question("q", text, ((0, 3),), (), stream="held_out")
    store.questions.publish([question], round=0)
    session = Session(paths, settings, store, annotator="ann")
    answer = session.answer(question, "accept", [], seconds=1, keys=1)
    session.close()
    review = Review(paths, settings, store, stops=[Stop(question, answer, "")], annotator="ann")

    assert change(review, review.next(), [Span(0, 3, "PART")]).held_out
    review.close()
