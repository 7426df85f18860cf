"""Texts that several annotators answer, blind to each other, and one trainer for all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from trainer_kit import fill, weights

from loop.oracle import Oracle
from loop.records import Question, Span
from loop.session import Session
from loop.trainer import Trainer


@pytest.fixture
def everything_shared(with_settings):
    """Settings by which two annotators answer every text."""
    return with_settings("annotators", overlap=1.0)


@pytest.fixture
def gold(store):
    return fill(store)


@pytest.fixture
def trainer(paths, everything_shared, store, gold) -> Iterator[Trainer]:
    trainer = Trainer(paths, everything_shared, store)
    work(trainer)
    yield trainer
    trainer.close()


@pytest.fixture
def ann(paths, everything_shared, store, trainer) -> Iterator[Session]:
    session = Session(paths, everything_shared, store, annotator="ann")
    yield session
    session.close()


@pytest.fixture
def ben(paths, everything_shared, store, trainer) -> Iterator[Session]:
    session = Session(paths, everything_shared, store, annotator="ben")
    yield session
    session.close()


def work(trainer: Trainer) -> None:
    while trainer.work():
        pass


def accept(session: Session, question: Question, spans: tuple[Span, ...] = ()) -> None:
    session.answer(question, "accept", spans, seconds=1.0, keys=1)


def answer(session: Session, gold, n: int, trainer: Trainer | None = None) -> list[Question]:
    """Answer up to `n` questions; with a trainer it asks more when the queue is empty."""
    asked: list[Question] = []
    while len(asked) < n and (question := session.next() or (trainer and trainer.ask() and session.next())):
        accept(session, question, Oracle(gold).spans(question))
        asked.append(question)
    return asked


def test_alone_nobody_waits_for_a_second_answer(ann, gold, store):
    (question,) = answer(ann, gold, 1)

    assert [1] == [one.needs for one in store.answers.standing()]
    assert [question.text.id] == [one.text_id for one in store.answers.training()]


def test_a_shared_text_teaches_nothing_until_both_have_answered_it(ann, ben, gold, store):
    (question,) = answer(ann, gold, 1)
    size, waiting = store.corpus.pool_size(), store.answers.training()
    second = ben.next()
    accept(ben, second, Oracle(gold).spans(second))

    assert question == second
    assert (40, 39) == (size, store.corpus.pool_size())
    assert [] == waiting
    assert ["ann", "ben"] == [one.annotator for one in store.answers.training()]
    assert 1 == len({one.rank for one in store.answers.training()})


def test_nobody_is_asked_again_what_waits_for_the_other(ann, ben, gold, store, trainer):
    mine = answer(ann, gold, 50, trainer)

    assert 40 == len({one.text.id for one in mine}) == len(mine)
    assert None is ann.next()
    assert 40 == store.corpus.pool_size()


def test_the_other_is_asked_what_waits_also_by_a_new_queue_with_the_same_suggestions(ann, ben, gold, store, trainer):
    mine = answer(ann, gold, 50, trainer)
    theirs = answer(ben, gold, 50, trainer)

    assert {one.text.id: one.prediction for one in mine} == {one.text.id: one.prediction for one in theirs}
    assert 0 == store.corpus.pool_size()
    assert {one.text.id: one.stream for one in mine} == {one.text.id: one.stream for one in theirs}


def test_a_held_out_text_evaluates_once_both_have_answered_it(ann, ben, gold, store, trainer):
    asked = answer(ann, gold, 50, trainer)
    held_out = {one.text.id for one in asked if one.stream == "held_out"}
    before = store.answers.evaluation()
    answer(ben, gold, 50, trainer)

    assert held_out
    assert [] == before
    assert held_out == {one.text_id for one in store.answers.evaluation()}


def test_a_round_learns_what_is_complete_and_the_answers_to_a_text_together(ann, ben, gold, store, trainer):
    answer(ann, gold, 15)
    work(trainer)
    none = store.journal.rounds()
    answer(ben, gold, 15)
    work(trainer)
    rounds = store.journal.rounds()

    assert [] == none
    assert rounds
    assert all(one.answers % 2 == 0 for one in rounds)


def test_retraining_gives_the_same_weights(ann, ben, gold, store, trainer, paths, everything_shared):
    answer(ann, gold, 12)
    answer(ben, gold, 20)
    work(trainer)
    numbers = [one.number for one in store.journal.rounds()]
    learned = weights(paths, *numbers)
    trainer.close()
    trainer.rounds._forget_after(0)
    again = Trainer(paths, everything_shared, store)
    work(again)
    again.close()

    assert numbers
    assert learned == weights(paths, *numbers)


def test_texts_that_only_somebody_who_left_could_complete_count_as_they_are(ann, ben, gold, store):
    answer(ben, gold, 3)
    mine = answer(ann, gold, 5)
    done = len({one.text_id for one in store.answers.training()})
    released = store.annotators.retire("ben", ["ann"])

    assert done
    assert 5 - done == released
    assert {one.text.id for one in mine} <= {one.text_id for one in store.answers.training()}
    assert (["ann"], ["ben"]) == (store.annotators.active(), store.annotators.retired())


def test_texts_that_others_can_complete_go_on_waiting(ann, ben, gold, store):
    answer(ann, gold, 4)
    released = store.annotators.retire("ann", ["ben", "cid"])

    assert 0 == released
    assert [] == store.answers.training()


def test_who_answers_again_has_not_left(ann, ben, gold, store):
    answer(ann, gold, 2)
    store.annotators.retire("ann", ["ben"])
    answer(ann, gold, 1)

    assert (["ann"], []) == (store.annotators.active(), store.annotators.retired())


def test_teaching_and_passages_need_one_annotator_only(ann, ben, gold, store):
    question = ann.next()
    ann.answer(question, "accept", (), seconds=1.0, keys=1, complete=False, mode="teach")

    assert [1] == [one.needs for one in store.answers.standing()]


def test_a_changed_answer_still_needs_the_others(ann, ben, gold, store):
    (question,) = answer(ann, gold, 1)
    ann.answer(question, "skip", (), seconds=1.0, keys=1)

    assert [2] == [one.needs for one in store.answers.standing()]
    assert 40 == store.corpus.pool_size()


def test_an_answer_taken_back_lets_the_text_wait_again(ann, ben, gold, store):
    (question,) = answer(ann, gold, 1)
    accept(ben, question)
    complete = store.corpus.pool_size()
    theirs = next(one for one in store.answers.standing() if one.annotator == "ben")
    ben.answer(question, "retract", (), seconds=0.0, keys=1)

    assert theirs.needs == 2
    assert (39, 40) == (complete, store.corpus.pool_size())
    assert [] == store.answers.training()
