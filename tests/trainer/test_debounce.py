from __future__ import annotations

from dataclasses import replace

import pytest

from loop.records import Answer
from loop.session import Session
from loop.settings import ProjectPaths
from loop.store import Store
from loop.trainer import WAITING_FOR_CHANGES, Trainer
from loop.trainer import trainer as trainer_module
from loop.trainer.debounce import Debounce


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_pause_is_over_when_nothing_changed_for_long_enough() -> None:
    clock = Clock()
    pause = Debounce(5.0, clock)
    said = []
    for moment, state in [(0, "a"), (4, "a"), (4.5, "b"), (9, "b"), (9.5, "b"), (10, "b")]:
        clock.now = moment
        said.append(pause.is_over(state))

    assert [False, False, False, False, True, True] == said


def test_after_it_has_begun_anew_it_takes_as_long_again() -> None:
    clock = Clock()
    pause = Debounce(5.0, clock)
    pause.is_over("a")
    clock.now = 6
    pause.begin()

    assert not pause.is_over("a")


def test_without_patience_there_is_no_waiting() -> None:
    assert Debounce(0.0).is_over("a")


def change(store: Store, index: int, id: str) -> None:
    old = store.answers.standing()[index]
    store.answers.add(replace(old, id=id, spans=(), retracts=old.id, at=None))


@pytest.fixture
def learned(learned_project: ProjectPaths, store: Store) -> Store:
    """A store with 15 answers and three rounds."""
    return store


def test_changes_are_learned_together_after_a_pause(paths, settings, learned, monkeypatch) -> None:
    clock = Clock()
    monkeypatch.setattr(trainer_module, "Debounce", lambda seconds: Debounce(seconds, clock))
    trainer = Trainer(paths, settings, learned, patience=5.0)
    rounds = []
    for moment, index in [(0, 9), (3, 7), (6, 8)]:
        clock.now = moment
        change(learned, index, f"changed {index}")
        while trainer.work(rounds.append):
            pass
        said = learned.journal.trainer()
        assert said is not None
        assert WAITING_FOR_CHANGES == said.state
    assert [] == rounds
    clock.now = 11
    while trainer.work(rounds.append):
        pass
    trainer.close()

    assert [2, 3] == [info.number for info in rounds]


def test_new_answers_do_not_prolong_the_pause(paths, settings, learned, monkeypatch) -> None:
    clock = Clock()
    monkeypatch.setattr(trainer_module, "Debounce", lambda seconds: Debounce(seconds, clock))
    trainer = Trainer(paths, settings, learned, patience=5.0)
    old = learned.answers.standing()[12]
    learned.answers.add(replace(old, id="gone", verdict="skip", spans=(), retracts=old.id, at=None))
    rounds = []
    for moment in (0, 4, 6):
        clock.now = moment
        learned.answers.add(Answer(f"new {moment}", 16 + moment // 2, "ann", "accept", scheme=1))
        while trainer.work(rounds.append):
            pass
    trainer.close()

    assert [3] == [info.number for info in rounds]


def test_a_trainer_that_is_to_stop_waits_for_no_pause(paths, settings, learned) -> None:
    change(learned, 12, "changed")
    trainer = Trainer(paths, settings, learned, patience=1e9)
    rounds = []
    trainer.run(lambda: True, rounds.append)
    trainer.close()

    assert [3] == [info.number for info in rounds]


@pytest.mark.parametrize("annotating", [True, False])
def test_after_an_import_who_annotates_gets_questions_before_all_rounds_are_done(
    paths, settings, learned, monkeypatch, annotating
) -> None:
    clock = Clock()
    monkeypatch.setattr(trainer_module, "Debounce", lambda seconds: Debounce(seconds, clock))
    session = Session(paths, settings, learned, annotator="ann") if annotating else None
    learned.journal.forget_rounds_after(0)
    trainer = Trainer(paths, settings, learned)
    laid_out = []
    for moment in (0, 10, 25):
        clock.now = moment
        trainer.work()
        laid_out.append((trainer.rounds.number, learned.questions.queue_round()))
    trainer.close()
    if session:
        session.close()

    assert [(1, 3), (2, 3), (2, 2) if annotating else (3, 3)] == laid_out
