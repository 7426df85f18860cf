from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace

import pytest
from workshop import workshop_gold

from loop.errors import StoreError
from loop.held_out import is_held_out
from loop.records import Focus
from loop.session import Session
from loop.store import NewText
from loop.store.sessions import OpenSession
from loop.trainer import Trainer


@pytest.fixture
def trainer(paths, with_settings, store):
    """A trainer of a project whose texts alternate between two shops, and in which a half of them is held out."""
    metas = ({"shop": "north"}, {"shop": "south"})
    texts = [NewText(text, meta=metas[n % 2]) for n, text in enumerate(workshop_gold(60))]
    store.corpus.add_batch(texts, source="test")
    patterns = paths.root / "patterns.jsonl"
    patterns.write_text(json.dumps({"label": "PART", "pattern": "saddle"}) + "\n")
    settings = with_settings("queue", held_out_share=0.5, size=12)
    settings = replace(settings, project=replace(settings.project, labels=("PART", "TOOL"), patterns=str(patterns)))
    trainer = Trainer(paths, settings, store)
    trainer.settings = settings
    yield trainer
    trainer.close()


def work(trainer: Trainer) -> None:
    while trainer.work():
        pass


@contextmanager
def at_work(paths, focus):
    session = OpenSession(paths, "ann", focus)
    try:
        yield
    finally:
        session.close()


def laid_out(store):
    """The newest queue."""
    newest = "(SELECT max(generation) FROM queue)"
    with store._database.read() as connection:
        ids = connection.exec_driver_sql(f"SELECT question_id FROM queue WHERE generation = {newest} ORDER BY rank")
        ids = ids.scalars().all()
    questions = store.questions.get(ids)
    return [questions[id_] for id_ in ids]


def test_a_session_about_some_texts_is_asked_about_no_others(trainer, paths, store):
    work(trainer)
    with at_work(paths, Focus(where=(("shop", "south"),))):
        work(trainer)

    asked = laid_out(store)
    assert {"south"} == {question.text.meta["shop"] for question in asked}
    assert len(asked) == 11  # of 12: the other one is held out, and what is narrowed to a shop measures nothing
    assert {"focused"} == {question.stream for question in asked} - {"short", "uncertain"}


def test_a_session_about_a_label_is_asked_where_a_pattern_hits(trainer, paths, store):
    with at_work(paths, Focus("PART")):
        trainer.ask()

    asked = laid_out(store)
    assert asked
    assert all("saddle" in question.text.text for question in asked)
    assert "held_out" not in {question.stream for question in asked}


def test_a_label_that_is_nowhere_likely_leaves_the_usual_questions(trainer, paths, store):
    with at_work(paths, Focus("TOOL")):
        work(trainer)

    assert 12 == len(laid_out(store))


def test_a_session_that_measures_is_asked_held_out_texts_alone(trainer, paths, store):
    with at_work(paths, Focus(measure=5)):
        work(trainer)

    assert {"held_out"} == {question.stream for question in laid_out(store)}


def test_the_next_session_without_a_focus_is_asked_at_once(trainer, paths, store):
    work(trainer)
    focused = Session(paths, trainer.settings, store, annotator="ann", focus=Focus("PART"))
    work(trainer)
    first = focused.next()
    focused.close()
    usual = Session(paths, trainer.settings, store, annotator="ann")
    second = usual.next()
    usual.close()

    assert first
    assert second


def test_a_chosen_text_is_asked_as_soon_as_the_trainer_has_read_it(trainer, paths, store):
    work(trainer)
    session = Session(paths, trainer.settings, store, annotator="ann")
    queued = {question.text.id for question in laid_out(store)}
    texts = [text for text in session.texts.search("job") if text.id not in queued]
    chosen = next(text for text in texts if not _held(text, trainer))
    said = session.texts.choose(chosen)
    trainer.work()
    question = session.next()
    session.close()

    assert "The trainer is preparing the question; it comes next." == said
    assert question
    assert (chosen.id, "chosen", "you chose it") == (question.text.id, question.stream, question.reason)


def test_a_held_out_text_cannot_be_chosen(trainer, paths, store):
    session = Session(paths, trainer.settings, store, annotator="ann")
    held = next(text for text in session.texts.search("job") if _held(text, trainer))

    with pytest.raises(StoreError, match="held out"):
        session.texts.choose(held)
    session.close()


def _held(text, trainer) -> bool:
    return is_held_out(text, share=0.5, seed=trainer.settings.project.seed)
