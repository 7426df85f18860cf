from __future__ import annotations

from random import Random

import pytest
from workshop import workshop_gold

from loop.quality import consistency, pairs
from loop.records import Answer, Question
from loop.session import Session
from loop.settings import ProjectPaths
from loop.store import NewAnswer, NewText, Store
from loop.trainer import Trainer
from loop.trainer.repeat_questions import GAP, repeat_questions
from loop.truth import whole

LABELS = ("PART",)


@pytest.fixture
def answered(paths, settings, store):
    """A session whose annotator has answered `GAP` + 10 questions."""
    gold = workshop_gold(GAP + 10)
    store.corpus.add_batch((NewText(text) for text in gold), source="gold")
    texts = store.corpus.texts(range(1, len(gold) + 1))
    asked = [Question(f"q{text.id}", text, ((0, 3),), gold[text.text], stream="random") for text in texts]
    store.questions.publish(asked, round=0)
    session = Session(paths, settings, store, annotator="ann")
    while question := session.next():
        session.answer(question, "accept", gold[question.text.text], seconds=1, keys=1)
    yield session
    session.close()


def due(store, settings, seed=0):
    return repeat_questions(store, settings, Random(seed), round=4)


def ask(store, settings) -> Question:
    (question,) = due(store, settings)
    store.questions.publish([question], round=4)
    return question


def test_an_early_text_is_asked_again_and_nothing_is_shown(answered, store, settings):
    (question,) = due(store, settings)

    assert ("repeat", (), (), b"", 4) == (
        question.stream, question.prediction, question.candidates, question.lattice, question.round
    )  # fmt: skip
    assert 1 <= question.text.id <= 10
    assert ((0, 3),) == question.tokens


def test_the_share_says_how_many_and_zero_none(answered, store, with_settings):
    assert [] == due(store, with_settings("queue", repeat_share=0.0))
    assert [] == due(store, with_settings("queue", repeat_share=0.9 / (GAP + 10)))
    assert 1 == len(due(store, with_settings("queue", repeat_share=1.0 / (GAP + 10))))


def test_imported_answers_ask_for_nothing(answered, store, with_settings):
    rows = [NewAnswer(NewText(f"from elsewhere {n}"), Answer(f"i{n}", 0, "ann", "accept")) for n in range(500)]
    store.import_answers(rows, labels=LABELS, source="gold.jsonl")

    assert [] == due(store, with_settings("queue", repeat_share=0.9 / (GAP + 10)))


def test_the_second_answer_changes_nothing_but_the_agreement(answered, store, settings):
    standing, training, size = store.answers.standing(), store.answers.training(), store.corpus.pool_size()
    question = ask(store, settings)
    assert question == answered.next()
    assert answered.answered(question) is None
    again = answered.answer(question, "accept", [], seconds=1, keys=1)

    assert (True, False, None) == (again.repeat, again.trains, again.retracts)
    assert (standing, training, size) == (
        store.answers.standing(), store.answers.training(), store.corpus.pool_size()
    )  # fmt: skip
    assert whole(standing, {1: LABELS}) == whole([*standing, again], {1: LABELS})
    assert 1 == consistency(pairs(store.answers.all(), store.journal.schemes())).pairs
    assert answered.next() is None


def test_a_text_is_asked_again_once(answered, store, with_settings):
    settings, asked = with_settings("queue", repeat_share=0.1), set()
    for _ in range(6):
        question = ask(store, settings)
        asked.add(question.text.id)
        answered.answer(question, "skip", [], seconds=1, keys=1, reason="unsure")

    assert (6, []) == (len(asked), due(store, settings))
    assert {} == answered.left_out()


def test_the_second_answer_can_be_changed_and_the_first_one_too(answered, store, settings):
    question = ask(store, settings)
    again = answered.answer(question, "accept", [], seconds=1, keys=1)
    assert (question, again) == answered.reopen()
    changed = answered.answer(question, "accept", question.prediction, seconds=1, keys=1, memo="hm")
    assert ([changed], again.id) == (store.answers.repeats(), changed.retracts)

    first = next(one for one in store.answers.standing() if one.text_id == question.text.id)
    old, _ = answered.open(first)
    corrected = answered.answer(old, "accept", [], seconds=1, keys=1)
    assert (first.id, False) == (corrected.retracts, corrected.repeat)
    assert [changed] == store.answers.repeats()


def test_nobody_is_asked_again_what_somebody_else_answered(answered, paths, store, settings):
    ask(store, settings)
    answered.close()
    other = Session(paths, settings, store, annotator="bob")

    assert other.next() is None
    other.close()


def test_what_was_answered_a_moment_ago_is_not_asked_again(answered, store, settings):
    asked = {due(store, settings, seed)[0].text.id for seed in range(50)}

    assert max(asked) <= 10 < GAP
    assert len(asked) > 5


def test_the_trainer_puts_what_is_due_first_and_learns_the_same_without_it(tmp_path, with_settings, monkeypatch):
    monkeypatch.setattr("loop.trainer.repeat_questions.GAP", 3)
    weights, streams = {}, {}
    for share in (0.1, 0.0):
        paths = ProjectPaths(tmp_path / str(share))
        with Store.create(paths.db) as store:
            streams[share], weights[share] = played(paths, with_settings("queue", repeat_share=share), store)
            assert all(0 <= one <= 1 for one in store.questions.confidence())
            assert len(store.questions.confidence()) > 5

    assert (1, 0) == tuple(streams[share].count("repeat") for share in (0.1, 0.0))
    assert "repeat" == streams[0.1][10]
    assert weights[0.1] == weights[0.0]


def played(paths, settings, store) -> tuple[list[str], list[str]]:
    """Two rounds and one more answer: the streams of what was asked, and the hashes of the rounds' weights."""
    gold = workshop_gold(40)
    store.corpus.add_batch((NewText(text) for text in gold), source="gold")
    session, trainer, asked = Session(paths, settings, store, annotator="ann"), Trainer(paths, settings, store), []
    for given in (5, 5, 1):
        while trainer.work():
            pass
        for _ in range(given):
            question = session.next()
            session.answer(question, "accept", gold[question.text.text], seconds=1, keys=1)
            asked.append(question.stream)
    trainer.close()
    session.close()
    return asked, [info.weights for info in store.journal.rounds()]
