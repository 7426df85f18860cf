"""A final training, a package and a distilled model of a project with an encoder."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import spacy
from encoder_kit import write_encoder
from final_project import SHORT, Made, make, train_here

from loop.checkpoints.checkpoints import Checkpoints
from loop.encoder.component import ENCODER
from loop.errors import LoopError
from loop.final import About, FinalTraining, Options, build, publish


@pytest.fixture(scope="module")
def with_encoder(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("project")
    with make(folder, "blank:xx", encoder=str(write_encoder(folder / "encoder"))) as made:
        yield made


def trained(made: Made, folder: Path, options: Options) -> Path:
    written = FinalTraining(made.paths, made.settings, made.store).write(folder, options)
    train_here(folder)
    return publish(folder, written.trained.component if written.trained else None)


def test_a_final_training_learns_with_the_encoder(with_encoder, tmp_path):
    model = trained(with_encoder, tmp_path / "final", Options(overrides=SHORT))
    nlp = spacy.load(model)

    assert ENCODER == nlp.pipe_names[0]
    assert nlp("the chain is worn").tensor.any()
    assert (model / ENCODER / "model.onnx").read_bytes() == Path(
        with_encoder.settings.project.encoder, "model.onnx"
    ).read_bytes()
    assert "It needs spaCy and spacy-loop[encoder]" in (tmp_path / "final" / "README.md").read_text()


@pytest.mark.integration
def test_a_package_states_the_licence_of_the_encoder(with_encoder, tmp_path):
    model, about = Checkpoints(with_encoder.paths.models).path(1), About("cars", "1.0.0", labels=("PART",))
    with pytest.raises(LoopError, match="whose licence is not stated") as caught:
        build(model, tmp_path, about)
    wheel = build(model, tmp_path, replace(about, encoder_licence="Apache-2.0"))
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        metadata = packed.read(next(name for name in names if name.endswith("/METADATA"))).decode()

    assert "--encoder-license" in caught.value.hint
    assert any(name.endswith(f"{ENCODER}/model.onnx") for name in names)
    assert "Requires-Dist: spacy-loop[encoder]" in metadata
    assert "have a licence of their own: Apache-2.0" in metadata
