"""A round that is pinned: nothing after it is learned or published, and afterwards nothing is different."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from trainer_kit import answer, finish

from loop.checkpoints.checkpoints import Checkpoints
from loop.progress import progress
from loop.settings import ProjectPaths, Settings
from loop.store import Store
from loop.trainer import Trainer, pin


def hashes(store: Store) -> list[str]:
    return [info.weights for info in store.journal.rounds()]


def last(paths: ProjectPaths) -> str:
    return (paths.models / "last").readlink().name


def retract(store: Store, index: int) -> None:
    old = store.answers.standing()[index]
    store.answers.add(replace(old, id=f"not {old.id}", verdict="skip", spans=(), retracts=old.id, at=None))


@pytest.fixture
def learned(learned_project: ProjectPaths, settings: Settings, store: Store) -> Store:
    """A store with three rounds, of which the second is pinned."""
    pin(learned_project, settings, store, 2)
    return store


def test_its_pipeline_and_its_questions_are_in_force(paths, settings, learned) -> None:
    before = last(paths), [0, 1, 2, 3] == Checkpoints(paths.models).rounds()
    finish(paths, settings, learned)
    question = learned.questions.head("ann")

    assert ("round-0002", True) == before
    assert question
    assert 2 == question.round
    assert 2 == progress(learned, settings, paths).pinned_round


def test_answers_teach_nothing_until_it_goes_forward_and_then_as_if_it_had_never_been_pinned(
    learned_template: Path, tmp_path: Path, settings
) -> None:
    one, other = ProjectPaths(tmp_path / "one"), ProjectPaths(tmp_path / "other")
    for paths, pinned in ((one, 2), (other, None)):
        shutil.copytree(learned_template, paths.root, symlinks=True)
        with Store(paths.db) as store:
            pin(paths, settings, store, pinned)
            answer(store, range(15, 20))
            finish(paths, settings, store)
            if pinned:
                assert ("round-0002", 3) == (last(paths), len(hashes(store)))
                pin(paths, settings, store, None)
                assert "round-0003" == last(paths)
                finish(paths, settings, store)

    with Store(one.db) as store, Store(other.db) as another:
        assert hashes(store) == hashes(another)
        assert 4 == len(hashes(store))


def test_a_later_round_whose_answer_is_changed_is_gone_at_once(paths, settings, learned) -> None:
    retract(learned, 12)
    finish(paths, settings, learned)

    assert [0, 1, 2] == Checkpoints(paths.models).rounds()
    assert 2 == len(hashes(learned))
    assert "round-0002" == last(paths)


def test_when_one_of_its_own_answers_is_changed_it_is_learned_again_and_stays_pinned(paths, settings, learned) -> None:
    before = hashes(learned)
    retract(learned, 2)
    finish(paths, settings, learned)

    assert 2 == len(hashes(learned))
    assert not set(before) & set(hashes(learned))
    assert "round-0002" == last(paths)


def test_a_pruned_round_is_learned_again_and_the_later_ones_stay(
    learned_project, settings, with_settings, store
) -> None:
    paths, rule = learned_project, with_settings("checkpoints", keep_last=1)
    before = hashes(store)
    trainer = Trainer(paths, rule, store)
    trainer.rounds.prune()
    trainer.close()
    assert [0, 3] == Checkpoints(paths.models).rounds()
    pin(paths, rule, store, 2)
    finish(paths, rule, store)

    assert "round-0002" == last(paths)
    assert [0, 2, 3] == Checkpoints(paths.models).rounds()
    assert before == hashes(store)
