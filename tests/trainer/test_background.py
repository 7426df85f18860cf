"""Pretraining in the background of a real trainer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from trainer_kit import SMALL, answer, fill, finish, weights
from workshop import workshop_gold

from loop.errors import LoopError
from loop.progress import progress
from loop.settings import ProjectPaths, Settings
from loop.store import NewText, Store
from loop.store.events import EventKind
from loop.trainer import Trainer, pretraining
from loop.trainer.rebuilding import rebuilding


@pytest.fixture
def pretrained(with_settings: Callable[..., Settings]) -> Settings:
    return with_settings("pretrain", at_least=40)


@pytest.fixture
def one_piece_a_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretraining, "SLICE_SECONDS", 0.0)


def pretrained_file(paths: ProjectPaths) -> Path:
    (file,) = (paths.models / "pretrained").iterdir()
    return file


def test_it_lands_as_an_event_with_the_hash_and_the_round_from_which_it_counts(paths, pretrained, store):
    fill(store)
    answer(store, range(5))
    finish(paths, pretrained, store, pretrain=True)
    file = pretrained_file(paths)

    assert store.journal.latest(EventKind.PRETRAINED) == {"hash": file.stem, "round": 2}
    assert hashlib.sha256(file.read_bytes()).hexdigest() == file.stem


def test_rounds_before_it_are_as_without_and_the_next_begins_anew_with_all_answers(tmp_path, settings, pretrained):
    one, other = ProjectPaths(tmp_path / "one"), ProjectPaths(tmp_path / "other")
    for paths, used in ((one, settings), (other, pretrained)):
        with Store.create(paths.db) as store:
            fill(store)
            answer(store, range(5))
            finish(paths, used, store, pretrain=True)
            answer(store, range(5, 15))
            finish(paths, used, store, pretrain=True)
            steps = [info.steps for info in store.journal.rounds()]

    assert weights(one, 1) == weights(other, 1)
    assert weights(one, 2) != weights(other, 2)
    assert steps == [3, 6, 3]


@pytest.mark.usefixtures("one_piece_a_slice")
def test_interrupted_pretraining_ends_as_an_uninterrupted_one(tmp_path, pretrained):
    one, other = ProjectPaths(tmp_path / "one"), ProjectPaths(tmp_path / "other")
    for paths, stopped_after in ((one, ()), (other, (1, 3))):
        with Store.create(paths.db) as store:
            fill(store)
            for slices in stopped_after:
                trainer = Trainer(paths, pretrained, store)
                for _ in range(slices):
                    trainer.pretrain()
                trainer.close()
                answer(store, range(slices, slices + 1))  # what is answered in between makes no difference
            finish(paths, pretrained, store, pretrain=True)

    assert pretrained_file(one).name == pretrained_file(other).name


def test_weights_follow_from_the_events_also_when_an_answer_from_before_it_is_changed(tmp_path, pretrained):
    kept, changed = ProjectPaths(tmp_path / "kept"), ProjectPaths(tmp_path / "changed")
    for paths, empty in ((kept, 3), (changed, None)):
        with Store.create(paths.db) as store:
            fill(store)
            answer(store, range(10), empty=empty)
            finish(paths, pretrained, store, pretrain=True)
            answer(store, range(10, 20))
            finish(paths, pretrained, store)
            if empty is None:
                before = weights(changed, 1, 3, 4)
                old = store.answers.standing()[3]
                store.answers.add(replace(old, id="changed", spans=(), retracts=old.id, at=None))
                finish(paths, pretrained, store)

    assert weights(kept, 1, 3, 4) == weights(changed, 1, 3, 4) != before


def test_rounds_are_rebuilt_from_it_and_not_without_it(paths, pretrained, store):
    fill(store)
    answer(store, range(5))
    finish(paths, pretrained, store, pretrain=True)
    answer(store, range(5, 15))
    finish(paths, pretrained, store)
    with rebuilding(paths, pretrained, store) as aside:
        same = [one.is_same for one in aside.rounds(3)]
    pretrained_file(paths).unlink()

    assert [True] * 4 == same
    with rebuilding(paths, pretrained, store) as aside, pytest.raises(LoopError, match="missing or have changed"):
        next(aside.rounds(3))


def test_an_answer_from_after_it_is_taken_back_without_it_being_lost(tmp_path, pretrained):
    kept, changed = ProjectPaths(tmp_path / "kept"), ProjectPaths(tmp_path / "changed")
    for paths, empty in ((kept, 12), (changed, None)):
        with Store.create(paths.db) as store:
            fill(store)
            answer(store, range(5))
            finish(paths, pretrained, store, pretrain=True)
            answer(store, range(5, 15), empty=empty)
            finish(paths, pretrained, store)
            if empty is None:
                old = store.answers.standing()[12]
                store.answers.add(replace(old, id="changed", spans=(), retracts=old.id, at=None))
                finish(paths, pretrained, store)

    assert weights(kept, 2, 3) == weights(changed, 2, 3)


@pytest.mark.usefixtures("one_piece_a_slice")
def test_a_round_that_falls_due_goes_first(paths, pretrained, store):
    fill(store)
    landed = []

    def on_round(_: object) -> None:
        landed.append(store.journal.latest(EventKind.PRETRAINED) is not None)

    def stop() -> bool:
        if progress(store, pretrained, paths).training == 0:
            answer(store, range(5))
            return False
        return store.journal.latest(EventKind.PRETRAINED) is not None

    trainer = Trainer(paths, pretrained, store)
    trainer.run(stop, on_round)
    trainer.close()

    assert landed == [False]


@pytest.mark.usefixtures("one_piece_a_slice")
def test_the_status_says_how_far_it_is(paths, pretrained, store):
    fill(store)
    trainer = Trainer(paths, pretrained, store)
    said = [progress(store, pretrained, paths).trainer for _ in range(6) if trainer.pretrain()]
    trainer.close()

    assert said == ["pretraining 0 %", "pretraining 60 %", "pretraining 70 %", "pretraining 90 %", "idle"]


@pytest.mark.parametrize(
    ("section", "values"),
    [("pretrain", {"texts": 0}), ("pretrain", {"at_least": 41}), ("project", {"base": SMALL})],
)
def test_it_is_left_when_switched_off_when_texts_are_few_and_when_the_base_is_trained(
    paths, pretrained, store, section, values
):
    fill(store)
    settings = replace(pretrained, **{section: replace(getattr(pretrained, section), **values)})
    trainer = Trainer(paths, settings, store)
    found = trainer.pretrain()
    trainer.close()

    assert not found


def test_it_begins_when_enough_texts_are_added(paths, pretrained, store):
    trainer = Trainer(paths, pretrained, store)
    before = trainer.pretrain()
    fill(store)
    after = trainer.pretrain()
    trainer.close()

    assert (before, after) == (False, True)


@pytest.mark.parametrize("damage", [Path.unlink, lambda file: file.write_bytes(b"something else")])
def test_weights_that_are_gone_or_damaged_are_made_again(paths, pretrained, store, damage):
    fill(store)
    finish(paths, pretrained, store, pretrain=True)
    before = pretrained_file(paths).name
    damage(pretrained_file(paths))
    answer(store, range(5))
    finish(paths, pretrained, store, pretrain=True)

    assert pretrained_file(paths).name == before
    assert store.journal.latest(EventKind.PRETRAINED) == {"hash": pretrained_file(paths).stem, "round": 2}


def test_it_learns_from_neither_the_answers_nor_the_texts_that_are_held_out(tmp_path, pretrained):
    one, other = ProjectPaths(tmp_path / "one"), ProjectPaths(tmp_path / "other")
    third = ProjectPaths(tmp_path / "third")
    half = replace(pretrained, queue=replace(pretrained.queue, held_out_share=0.5))
    gold = replace(pretrained, project=replace(pretrained.project, eval="gold.jsonl"))
    for paths, used in ((one, pretrained), (other, half), (third, gold)):
        paths.root.mkdir()
        rows = [{"text": text, "spans": []} for text in [*workshop_gold(40)][:20]]
        paths.resolve("gold.jsonl").write_text("\n".join(map(json.dumps, rows)))
        with Store.create(paths.db) as store:
            fill(store)
            finish(paths, used, store, pretrain=True)

    assert 3 == len({pretrained_file(paths).name for paths in (one, other, third)})


def test_what_is_kept_of_it_is_private_and_holds_no_word_of_the_corpus(paths, pretrained, store):
    store.corpus.add_batch((NewText(f"patient zyxcanary{i} came") for i in range(40)), source="canaries")
    finish(paths, pretrained, store, pretrain=True)
    file = pretrained_file(paths)

    assert b"zyxcanary" not in file.read_bytes()
    assert (0o600, 0o700) == (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777)
