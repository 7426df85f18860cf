"""A project whose settings name an encoder, and its copies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from encoder_kit import write_encoder

from loop.encoder.files import encoder_sum
from loop.project import create_project
from loop.project.creating import created_like
from loop.project.differences import differences_in_weights
from loop.settings import ProjectPaths, Settings, load_settings


@pytest.fixture
def encoder(tmp_path: Path) -> Path:
    folder = write_encoder(tmp_path / "encoder", place="onnx/model.onnx", config={"max_position_embeddings": 40})
    (folder / "pytorch_model.bin").write_bytes(b"large")
    return folder


@pytest.fixture
def project(paths: ProjectPaths, settings: Settings, encoder: Path) -> ProjectPaths:
    create_project(paths, replace(settings, project=replace(settings.project, encoder=str(encoder))))
    return paths


def test_a_project_like_it_has_a_copy_of_the_files_that_are_needed(project, encoder, tmp_path):
    other = ProjectPaths(tmp_path / "other")
    with created_like(other, project, queue_seed=1):
        pass
    copied = Path(load_settings(other.root).project.encoder)

    assert ["config.json", "model.onnx", "tokenizer.json"] == sorted(path.name for path in copied.iterdir())
    assert encoder_sum(str(encoder)) == encoder_sum(str(copied))
    here, there = ((one, load_settings(one.root)) for one in (project, other))
    assert [] == differences_in_weights(here, there)


def test_another_encoder_is_told_where_projects_are_compared(project, settings, tmp_path):
    other = ProjectPaths(tmp_path / "other")
    third = write_encoder(tmp_path / "third", seed=1)
    create_project(other, replace(settings, project=replace(settings.project, encoder=str(third))))
    (told,) = differences_in_weights((project, load_settings(project.root)), (other, load_settings(other.root)))

    assert told.startswith("[project] encoder")
    assert str(third) in told
