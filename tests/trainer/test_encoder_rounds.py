"""Rounds of a project with an encoder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import spacy
from encoder_kit import write_encoder
from trainer_kit import answer, fill, finish

from loop.acquire.sections import sections
from loop.care.privacy import files_with_text
from loop.checkpoints.checkpoints import Checkpoints
from loop.checkpoints.start import changes_of_start
from loop.encoder.component import ENCODER
from loop.encoder.encoder import Encoder
from loop.encoder.feature_cache import FeatureCache
from loop.errors import PipelineError
from loop.project import create_project, erase
from loop.settings import ProjectPaths, Settings, load_settings
from loop.store import NewText, Store
from loop.trainer import Trainer, pool_predictions, unread
from loop.trainer.rebuilding import rebuilding


@pytest.fixture
def encoder(tmp_path: Path) -> Path:
    return write_encoder(tmp_path / "encoder")


@pytest.fixture
def project(paths: ProjectPaths, settings: Settings, encoder: Path) -> Settings:
    create_project(paths, replace(settings, project=replace(settings.project, encoder=str(encoder))))
    return load_settings(paths.root)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that encoders read."""
    read: list[str] = []
    run = Encoder.__call__
    monkeypatch.setattr(Encoder, "__call__", lambda self, text, tokens: (read.append(text), run(self, text, tokens))[1])
    return read


def learned(paths: ProjectPaths, settings: Settings, n: int) -> None:
    with Store(paths.db) as store:
        fill(store, n)
        finish(paths, settings, store)


def test_rounds_learn_and_are_rebuilt_to_the_bit(paths, project):
    learned(paths, project, 10)
    with Store(paths.db) as store, rebuilding(paths, project, store) as again:
        rebuilt = list(again.rounds(2))

    assert [(0, True, True), (1, True, True), (2, True, True)] == [
        (one.number, one.is_same, one.is_comparable) for one in rebuilt
    ]
    assert "features " in rebuilt[-1].versions


def test_a_round_is_a_pipeline_that_shares_the_files_of_the_encoder(paths, project, encoder):
    learned(paths, project, 5)
    kept = Checkpoints(paths.models)
    nlp = spacy.load(kept.path(1))

    assert (1, 2) == (len({(kept.path(n) / ENCODER / "model.onnx").stat().st_ino for n in (0, 1)}), len(kept.rounds()))
    assert nlp("a pump of brass").tensor.any()
    assert (encoder / "model.onnx").stat().st_ino != (kept.path(0) / ENCODER / "model.onnx").stat().st_ino


def test_no_text_is_read_twice_by_the_encoder(paths, project, counted):
    learned(paths, project, 10)
    with Store(paths.db) as store:
        answer(store, range(10, 15))
        finish(paths, project, store)
        texts = {text.text for text in store.corpus.texts(range(1, 41))}
    read = [text for text in counted if text in texts]

    assert 15 < len(read) == len({*read})


def test_the_kept_features_make_no_difference(paths, settings, project, tmp_path, encoder):
    learned(paths, project, 10)
    other = ProjectPaths(tmp_path / "other")
    create_project(other, replace(settings, project=replace(settings.project, encoder=str(encoder))))
    (other.data / "features.db").mkdir()  # nothing can be kept
    learned(other, load_settings(other.root), 10)

    assert [Checkpoints(one.models).info(2).weights for one in (paths, other)] == [
        Checkpoints(paths.models).info(2).weights
    ] * 2


def test_features_go_with_an_erased_text(paths, project):
    learned(paths, project, 5)
    with Store(paths.db) as store:
        erase(paths, project, store, store.corpus.texts([1]))

    assert not list(paths.data.glob("features.db*"))


def test_another_encoder_is_refused(paths, project, encoder):
    learned(paths, project, 5)
    start = Checkpoints(paths.models).info(0)
    write_encoder(encoder, seed=1)
    (changed,) = changes_of_start(start, project.project)
    (gone,) = changes_of_start(start, replace(project.project, encoder=None))

    assert "is not the one that this project started with" in str(changed)
    assert "started with an encoder" in str(gone)


def test_an_encoder_that_is_gone_is_asked_for(paths, project, encoder):
    learned(paths, project, 5)
    encoder.rename(encoder.with_name("moved"))
    with Store(paths.db) as store:
        answer(store, range(5, 10))
        with pytest.raises(PipelineError, match=f"There is no folder {encoder}"):
            finish(paths, project, store)
        encoder.with_name("moved").rename(encoder)
        finish(paths, project, store)

    assert [0, 1, 2] == Checkpoints(paths.models).rounds()


def test_a_project_begins_with_the_encoder_that_its_settings_name(paths, project, encoder):
    write_encoder(encoder, seed=1)
    with pytest.raises(PipelineError, match=r"is not that of loop\.cfg") as caught:
        learned(paths, project, 5)

    assert "encoder_sum" in caught.value.hint


def test_the_pool_is_read_ahead_when_there_is_nothing_else_to_do(paths, project, counted):
    with Store(paths.db) as store:
        gold = fill(store, 5)
        trainer = Trainer(paths, project, store)
        while trainer.read_ahead():
            pass
        trainer.close()
        pool = {text.text for text in store.corpus.texts(range(6, 41))}

    assert 35 == len(pool)
    assert pool == {*counted} & gold.keys()


def test_a_queue_does_not_wait_for_many_texts_that_the_encoder_has_not_read(paths, project, monkeypatch):
    monkeypatch.setattr(unread, "WAITED_FOR", 100)  # characters: about four texts
    with Store(paths.db) as store:
        fill(store)
        trainer = Trainer(paths, project, store)
        trainer.ask()
        few = store.questions.waiting()
        while trainer.read_ahead():
            pass
        store.questions.expire()
        trainer.ask()
        trainer.close()

        assert 2 <= few <= 10
        assert project.queue.size == store.questions.waiting()


def test_of_a_long_text_the_sections_are_read_ahead_that_questions_are_asked_about(paths, project, counted):
    with Store(paths.db) as store:
        text = " ".join(f"a pump of brass {n}." for n in range(300))
        store.corpus.add_batch([NewText(text)], source="made")
        trainer = Trainer(paths, project, store)
        while trainer.read_ahead():
            pass
        known = [*counted]
        trainer.ask()
        trainer.close()

        assert store.questions.waiting()
        assert known == counted
        assert {text[slice(*part)] for part in sections(text)} == {
            one for one in known if one in text and len(one) > 100
        }


def test_rounds_are_compared_once_the_encoder_has_read_what_they_are_compared_on(paths, project, monkeypatch, counted):
    monkeypatch.setattr(pool_predictions, "WAITED_FOR", 0)
    monkeypatch.setattr(pool_predictions, "ENOUGH", 10)
    with Store(paths.db) as store:
        fill(store, 5)
        trainer = Trainer(paths, project, store)
        trainer.learn()
        at_once = trainer.rounds.read_pool(), [*store.predictions.rounds(pool=True)]
        while trainer.read_ahead():
            pass
        known = [*counted]
        later = trainer.rounds.read_pool(), [*store.predictions.rounds(pool=True)]
        trainer.close()

    assert (False, []) == at_once
    assert (True, [1]) == later
    assert known == counted


def test_when_half_of_the_room_is_taken_only_what_rounds_are_compared_on_is_read_ahead(
    paths, project, monkeypatch, counted
):
    monkeypatch.setattr(FeatureCache, "is_half_full", True)
    monkeypatch.setattr(pool_predictions, "ENOUGH", 10)
    monkeypatch.setattr(pool_predictions, "SAMPLE", 12)
    with Store(paths.db) as store:
        gold = fill(store, 5)
        trainer = Trainer(paths, project, store)
        while trainer.read_ahead():
            pass
        trainer.close()

        assert 12 == len({*counted} & gold.keys()) == len({*trainer.rounds.pool_sample()} & {*counted})


def test_features_of_other_libraries_or_another_processor_are_not_used(paths, project, monkeypatch, counted):
    learned(paths, project, 5)
    counted.clear()
    monkeypatch.setattr(Encoder, "versions", lambda _: "others")
    with Store(paths.db) as store:
        answer(store, range(5, 10))
        finish(paths, project, store)
        texts = {text.text for text in store.corpus.texts(range(1, 6))}

    assert texts <= {*counted}


def test_a_project_with_an_encoder_is_not_pretrained(paths, project):
    settings = replace(project, pretrain=replace(project.pretrain, texts=40, at_least=10))
    with Store(paths.db) as store:
        fill(store, 5)
        finish(paths, settings, store, pretrain=True)

    assert not (paths.models / "pretrained").exists()


def test_what_an_encoder_computed_is_private(paths, project):
    learned(paths, project, 5)
    with Store(paths.db) as store:
        found = {file.path: file.what for file in files_with_text(paths, project, store)}

    assert "what an encoder computed of the texts" == found[paths.features]
    assert 0o600 == paths.features.stat().st_mode & 0o777


def test_without_what_runs_an_encoder_a_round_says_how_to_get_it(paths, project, monkeypatch):
    learned(paths, project, 5)
    monkeypatch.setattr("loop.encoder.encoder.find_spec", lambda _: None)
    kept = Checkpoints(paths.models)

    for load in (kept.load, kept.published, lambda number: spacy.load(kept.path(number))):
        with pytest.raises(PipelineError, match="An encoder needs onnxruntime and tokenizers") as caught:
            load(1)
        assert "pip install 'spacy-loop[encoder]'" in caught.value.hint
