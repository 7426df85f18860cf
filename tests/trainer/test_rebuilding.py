"""Rounds that are learned once more, aside."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_base import save_tiny_base
from trainer_kit import answer, fill, finish
from workshop import workshop_gold

from loop.checkpoints.checkpoints import Checkpoints
from loop.errors import LoopError
from loop.records import Answer
from loop.settings import CheckpointSettings, ProjectPaths, ProjectSettings, QueueSettings, Settings, UpdateSettings
from loop.store import NewText, Store
from loop.trainer import Trainer
from loop.trainer.rebuilding import Rebuilt, rebuilding


@pytest.fixture(scope="module")
def few() -> Settings:
    return Settings(
        project=ProjectSettings(base="blank:xx", labels=("PART",)),
        queue=QueueSettings(size=12),
        update=UpdateSettings(round_size=5, steps=3, batch_size=8, new_per_batch=4),
        checkpoints=CheckpointSettings(keep_last=2),
    )


@pytest.fixture(scope="module")
def original(few: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with four rounds, of which the first two are pruned and an answer of the second was changed."""
    paths = ProjectPaths(tmp_path_factory.mktemp("original"))
    with Store.create(paths.db) as store:
        fill(store, 10)
        finish(paths, few, store)
        change(store)
        answer(store, range(10, 20))
        finish(paths, few, store)
    return paths.root


@pytest.fixture
def learned(original: Path, paths: ProjectPaths) -> Iterator[Store]:
    """A copy of it."""
    shutil.copytree(original, paths.root, symlinks=True)
    with Store(paths.db) as store:
        yield store


def change(store: Store) -> None:
    old = store.answers.standing()[6]
    store.answers.add(replace(old, id="changed", spans=(), retracts=old.id, at=None))


def rebuilt(paths: ProjectPaths, settings: Settings, store: Store, last: int) -> list[Rebuilt]:
    with rebuilding(paths, settings, store) as aside:
        return list(aside.rounds(last))


def test_every_round_comes_out_as_it_was_the_pruned_ones_too(paths, few, learned) -> None:
    files = sorted(paths.models.rglob("*"))
    rounds = rebuilt(paths, few, learned, 4)

    assert [(0, True, True), (1, True, False), (2, True, False), (3, True, True), (4, True, True)] == [
        (one.number, one.is_same, one.saved is not None) for one in rounds
    ]
    assert [info.weights for info in learned.journal.rounds()] == [one.weights for one in rounds[1:]]
    assert 5 == len({one.weights for one in rounds})
    assert files == sorted(paths.models.rglob("*"))
    assert not (paths.data / "rebuild").exists()


def test_also_from_a_base_that_knows_a_label(paths, few, store, tmp_path) -> None:
    base = save_tiny_base(tmp_path / "base")
    settings = replace(few, project=replace(few.project, base=base, labels=("PART", "ORG")))
    gold = workshop_gold(5)
    store.corpus.add_batch((NewText(text) for text in gold), source="gold")
    scheme = store.journal.scheme(settings.project.labels)
    for text in store.corpus.texts(range(1, 6)):
        store.answers.add(Answer(f"answer {text.id}", text.id, "ann", "accept", gold[text.text], scheme=scheme))
    trainer = Trainer(paths, settings, store)
    trainer.learn()
    trainer.close()

    assert [True, True] == [one.is_same for one in rebuilt(paths, settings, store, 1)]


def test_a_checkpoint_that_was_tampered_with_is_found(paths, few, learned) -> None:
    checkpoints = Checkpoints(paths.models)
    other, file = (checkpoints.path(number) / "loop" / "raw" for number in (3, 4))
    file.write_bytes(other.read_bytes())
    *same, last = rebuilt(paths, few, learned, 4)

    assert all(one.is_same for one in same)
    assert (last.recorded, False) == (last.weights, last.is_same)


def test_after_another_version_the_bits_are_not_said_to_be_the_same(paths, few, learned, monkeypatch) -> None:
    monkeypatch.setattr("loop.checkpoints.checkpoint_info.VERSIONS", "spacy 4")

    assert [False, False] == [one.is_comparable for one in rebuilt(paths, few, learned, 1)]


def test_it_waits_until_a_changed_answer_is_unlearned(paths, few, learned) -> None:
    change_back = learned.answers.standing()[3]
    learned.answers.add(replace(change_back, id="again", spans=(), retracts=change_back.id, at=None))

    with pytest.raises(LoopError, match="not been retrained yet"):
        rebuilt(paths, few, learned, 1)


def test_its_pipeline_can_be_saved_elsewhere(paths, few, learned, tmp_path) -> None:
    with rebuilding(paths, few, learned) as aside:
        *_, last = aside.rounds(2)
        aside.save(tmp_path / "out")

    assert last.learner.raw() == (tmp_path / "out" / "loop" / "raw").read_bytes()
    assert 0o700 == (tmp_path / "out").stat().st_mode & 0o777


def test_rounds_that_learned_lower_cased_texts_come_out_the_same_beside_those_that_did_not(
    few: Settings, paths: ProjectPaths, store: Store
) -> None:
    fill(store, 5)
    finish(paths, few, store)
    augmented = replace(few, update=replace(few.update, augment="spacy.lower_case.v1"))
    finish(paths, augmented, store)
    answer(store, range(5, 10))
    finish(paths, augmented, store)
    with rebuilding(paths, few, store) as again:  # loop.cfg has been changed back since
        rebuilt = list(again.rounds(2))

    assert [True, True, True] == [one.is_same and bool(one.recorded) for one in rebuilt]
    assert "spacy.lower_case.v1" == store.journal.settings_at(store.answers.training()[5].rank)["update"]["augment"]
