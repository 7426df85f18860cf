"""Projects with word vectors: what their checkpoints hold, and when they are refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.vectors import Vectors
from trainer_kit import SMALL, answer, fill, finish, give, weights

from loop.base.pipeline import COMPONENT, base_folder
from loop.base.vectors import VECTOR_FILES, vectors_sum
from loop.checkpoints.checkpoints import Checkpoints
from loop.errors import PipelineError
from loop.records import Span
from loop.settings import ProjectPaths, Settings
from loop.store import NewText, Store

WORDS = ["chain", "brake", "brakes", "wheel", "saddle", "pneumonia", "Swansea"]


@pytest.fixture
def table(tmp_path: Path) -> str:
    """A pipeline with a few word vectors."""
    nlp = spacy.blank("en")
    data = np.random.default_rng(0).normal(size=(len(WORDS), 6)).astype(np.float32)
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=data, keys=[nlp.vocab.strings.add(w) for w in WORDS])
    nlp.to_disk(tmp_path / "table")
    return str(tmp_path / "table")


@pytest.fixture
def with_vectors(settings: Settings, table: str):
    def changed(base: str = "blank:en") -> Settings:
        return replace(settings, project=replace(settings.project, base=base, vectors=table))

    return changed


def learned(paths: ProjectPaths, settings: Settings, store: Store, answers: int = 5) -> None:
    gold = fill(store)
    finish(paths, settings, store)
    give(paths, settings, store, gold, answers)
    finish(paths, settings, store)


@pytest.mark.parametrize("base", ["blank:en", SMALL])
def test_rounds_share_one_table_and_load_in_plain_spacy(paths, with_vectors, store, base, table):
    learned(paths, with_vectors(base), store)
    start, last = paths.models / "round-0000", paths.models / "last"
    nlp = spacy.load(last)

    assert (len(WORDS) + 1, 6) == nlp.vocab.vectors.shape
    assert any(layer.name == "static_vectors" for layer in nlp.get_pipe(COMPONENT).model.walk())
    assert nlp("the brakes and Swansea")[1].has_vector
    assert all((start / "vocab" / name).samefile(last / "vocab" / name) for name in VECTOR_FILES)
    assert not (start / "vocab" / "vectors").samefile(Path(table) / "vocab" / "vectors")


def test_all_else_of_the_base_stays_as_it_is_to_the_byte(paths, with_vectors, store):
    learned(paths, with_vectors(SMALL), store)
    base = base_folder(SMALL)
    assert base
    parts = [path.relative_to(base) for path in base.rglob("*") if path.is_file() and path.parent != base]
    changed = [part for part in parts if (paths.models / "last" / part).read_bytes() != (base / part).read_bytes()]

    assert {"vocab/vectors", "vocab/key2row"} == {part.as_posix() for part in changed} - {"vocab/vectors.cfg"}


def test_no_word_of_the_texts_is_left_behind_though_the_table_has_it(paths, with_vectors, store):
    gold = {text: (Span(8, 17, "PART"),) for text in (f"patient pneumonia {i} in Swansea" for i in range(20))}
    store.corpus.add_batch((NewText(text) for text in gold), source="canaries")
    finish(paths, with_vectors(), store)
    give(paths, with_vectors(), store, gold, 10)
    finish(paths, with_vectors(), store)
    files = [path for path in paths.models.rglob("*") if path.is_file()]

    assert 2 == len(store.journal.rounds())
    for word in (b"pneumonia", b"Swansea"):
        assert [] == [path for path in files if word in path.read_bytes()]


@pytest.mark.parametrize("base", ["blank:en", SMALL])
def test_a_project_that_stopped_and_went_on_equals_one_that_did_not(tmp_path, with_vectors, base):
    one, other = ProjectPaths(tmp_path / "one"), ProjectPaths(tmp_path / "other")
    with Store.create(one.db) as store:
        fill(store, 10)
        finish(one, with_vectors(base), store)
    with Store.create(other.db) as store:
        fill(store, 5)
        finish(other, with_vectors(base), store)
        answer(store, range(5, 10))
        finish(other, with_vectors(base), store)

    assert weights(one, 0, 1, 2) == weights(other, 0, 1, 2)


def test_another_table_is_refused_as_another_base_is(paths, with_vectors, settings, store, table):
    finish(paths, with_vectors(), store)
    without = replace(settings, project=replace(settings.project, base="blank:en"))
    with pytest.raises(PipelineError, match="started with word vectors"):
        finish(paths, without, store)

    nlp = spacy.load(table)
    nlp.vocab.vectors.data[0] = 1
    nlp.to_disk(table)
    with pytest.raises(PipelineError, match="not those that this project started with") as caught:
        finish(paths, with_vectors(), store)
    assert "Set [project] vectors back" in caught.value.hint


def test_a_project_that_began_without_goes_on_without(paths, with_vectors, settings, store):
    without = replace(settings, project=replace(settings.project, base="blank:en"))
    finish(paths, without, store)
    with pytest.raises(PipelineError, match="started without word vectors"):
        finish(paths, with_vectors(), store)

    finish(paths, without, store)

    assert "" == Checkpoints(paths.models).info(0).vectors_sum


def test_the_first_round_is_not_learned_with_other_vectors_than_loop_cfg_names(paths, with_vectors, store, table):
    settings = with_vectors()
    known = replace(settings, project=replace(settings.project, vectors_sum=vectors_sum(table)))
    wrong = replace(settings, project=replace(settings.project, vectors_sum="0" * 64))
    with pytest.raises(PipelineError, match=r"are not those of loop\.cfg"):
        finish(paths, wrong, store)
    assert [] == Checkpoints(paths.models).rounds()

    finish(paths, known, store)

    assert vectors_sum(table) == Checkpoints(paths.models).info(0).vectors_sum
