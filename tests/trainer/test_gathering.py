from __future__ import annotations

from dataclasses import replace

import pytest
from workshop import workshop_gold

from loop import trainer as trainer_module
from loop.records import Answer
from loop.settings import ProjectPaths, Settings
from loop.store import NewText, Store
from loop.trainer import GATHERING, Trainer
from loop.trainer.gathering import Pause


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_pause_is_over_when_nothing_changed_for_long_enough() -> None:
    clock = Clock()
    pause = Pause(5.0, clock)
    said = []
    for moment, state in [(0, "a"), (4, "a"), (4.5, "b"), (9, "b"), (9.5, "b"), (10, "b")]:
        clock.now = moment
        said.append(pause.is_over(state))

    assert [False, False, False, False, True, True] == said


def test_after_it_has_begun_anew_it_takes_as_long_again() -> None:
    clock = Clock()
    pause = Pause(5.0, clock)
    pause.is_over("a")
    clock.now = 6
    pause.begin()

    assert not pause.is_over("a")


def test_without_patience_there_is_no_waiting() -> None:
    assert Pause(0.0).is_over("a")


def change(store: Store, index: int, id: str) -> None:
    old = store.answers.standing()[index]
    store.answers.add(replace(old, id=id, spans=(), retracts=old.id, at=None))


@pytest.fixture
def learned(paths: ProjectPaths, settings: Settings, store: Store) -> Store:
    """A store with ten answers and two rounds."""
    gold = workshop_gold(20)
    store.corpus.add_batch((NewText(text) for text in gold), source="gold")
    scheme = store.journal.scheme(["PART"])
    for text in store.corpus.texts(range(1, 11)):
        store.answers.add(Answer(f"answer {text.id}", text.id, "ann", "accept", gold[text.text], scheme=scheme))
    trainer = Trainer(paths, settings, store)
    while trainer.work():
        pass
    trainer.close()
    return store


def test_changes_are_learned_together_after_a_pause(paths, settings, learned, monkeypatch) -> None:
    clock = Clock()
    monkeypatch.setattr(trainer_module, "Pause", lambda seconds: Pause(seconds, clock))
    trainer = Trainer(paths, settings, learned, patience=5.0)
    rounds = []
    for moment, index in [(0, 6), (3, 2), (6, 4)]:
        clock.now = moment
        change(learned, index, f"changed {index}")
        while trainer.work(rounds.append):
            pass
        said = learned.journal.trainer()
        assert said is not None
        assert GATHERING == said.state
    assert [] == rounds
    clock.now = 11
    while trainer.work(rounds.append):
        pass
    trainer.close()

    assert [1, 2] == [info.number for info in rounds]


def test_new_answers_do_not_prolong_the_pause(paths, settings, learned, monkeypatch) -> None:
    clock = Clock()
    monkeypatch.setattr(trainer_module, "Pause", lambda seconds: Pause(seconds, clock))
    trainer = Trainer(paths, settings, learned, patience=5.0)
    old = learned.answers.standing()[2]
    learned.answers.add(replace(old, id="gone", verdict="skip", spans=(), retracts=old.id, at=None))
    rounds = []
    for moment in (0, 4, 6):
        clock.now = moment
        learned.answers.add(Answer(f"new {moment}", 11 + moment, "ann", "accept", scheme=1))
        while trainer.work(rounds.append):
            pass
    trainer.close()

    assert [1, 2] == [info.number for info in rounds]


def test_a_trainer_that_is_to_stop_waits_for_no_pause(paths, settings, learned) -> None:
    change(learned, 0, "changed")
    trainer = Trainer(paths, settings, learned, patience=1e9)
    rounds = []
    trainer.run(lambda: True, rounds.append)
    trainer.close()

    assert [1, 2] == [info.number for info in rounds]
