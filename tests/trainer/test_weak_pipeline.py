"""Another pipeline as a source of weak labels: read only when it is told to, recorded before it teaches."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from trainer_kit import answer, fill, finish, weights

from loop.held_out import is_held_out
from loop.settings import ProjectPaths, ProjectSettings, QueueSettings, Settings, SuggestSettings, UpdateSettings
from loop.store import Store
from loop.trainer import Trainer


@Language.component("fails_at_the_tenth")
def fails_at_the_tenth(doc):
    fails_at_the_tenth.read += 1
    if fails_at_the_tenth.read == 10:
        raise OSError("the service is down")
    return doc


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A pipeline of rules, which calls parts THING."""
    nlp = spacy.blank("xx")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "THING", "pattern": part} for part in ("chain", "brake", "hub", "spoke")])
    nlp.to_disk(tmp_path / "rules")
    return tmp_path / "rules"


@pytest.fixture
def few(rules: Path) -> Settings:
    return Settings(
        project=ProjectSettings(base="blank:xx", labels=("PART",)),
        queue=QueueSettings(size=12, held_out_share=0.0),
        suggest=SuggestSettings(pipeline=str(rules), learn=30, names=("THING=PART",)),
        update=UpdateSettings(round_size=5, steps=3, batch_size=8, new_per_batch=4, weak_steps=20, weak_until=12),
    )


def ask(paths: ProjectPaths, settings: Settings, store: Store) -> None:
    trainer = Trainer(paths, settings, store)
    while trainer.ask_pipeline():
        pass
    trainer.close()


def test_a_first_model_comes_of_what_it_finds(paths, few, store) -> None:
    fill(store)
    ask(paths, few, store)
    rounds = finish(paths, replace(few, update=replace(few.update, weak_steps=150)), store)
    (said,) = store.weak.all()
    text = store.corpus.texts([next(id_ for id_, spans in said.texts.items() if spans)])[0]
    with rounds.learner.published() as nlp:
        assert ["PART"] == [ent.label_ for ent in nlp(text.text).ents][:1]
    assert 30 == len(said.texts)


def test_it_reads_nothing_unless_it_is_told_to(paths, few, store) -> None:
    fill(store)
    ask(paths, replace(few, suggest=replace(few.suggest, learn=0)), store)

    assert [] == store.weak.all()


def test_it_reads_no_held_out_text(paths, few, store) -> None:
    fill(store)
    ask(paths, replace(few, queue=replace(few.queue, held_out_share=0.5)), store)
    (said,) = store.weak.all()

    assert said.texts
    assert not any(is_held_out(text, share=0.5, seed=0) for text in store.corpus.texts(list(said.texts)))


def test_it_is_asked_once_and_goes_on_where_it_was_interrupted(paths, few, store, monkeypatch) -> None:
    monkeypatch.setattr("loop.trainer.weak_pipeline.RECORDED", 10)
    monkeypatch.setattr("loop.trainer.weak_pipeline.SLICE_SECONDS", 0)
    fill(store)
    trainer = Trainer(paths, few, store)
    for _ in range(12):
        trainer.ask_pipeline()
    trainer.close()
    finish(paths, few, store)

    assert [True] == [one.goes_on for one in store.weak.all()]
    assert [] == store.journal.rounds()
    ask(paths, few, store)
    ask(paths, few, store)
    said = store.weak.all()
    assert [True, True, False] == [one.goes_on for one in said]
    assert 30 == sum(len(one.texts) for one in said) == len({id_ for one in said for id_ in one.texts})
    finish(paths, few, store)
    assert [0] == [info.answers for info in store.journal.rounds()]


def test_one_that_fails_in_the_middle_keeps_what_it_said_and_is_asked_again_later(paths, few, store, capsys) -> None:
    fails_at_the_tenth.read = 0
    nlp = spacy.load(few.suggest.pipeline)
    nlp.add_pipe("fails_at_the_tenth")
    nlp.to_disk(few.suggest.pipeline)
    fill(store)
    ask(paths, few, store)

    assert "OSError" in capsys.readouterr().err
    assert [] == store.weak.in_force()
    ask(paths, few, store)
    assert 30 == sum(len(one.texts) for one in store.weak.in_force())


def test_after_so_many_answers_it_reads_nothing(paths, few, store) -> None:
    fill(store, 12)
    ask(paths, few, store)

    assert [] == store.weak.all()


def test_what_it_said_stays_with_the_rounds_when_it_is_gone(paths, few, store) -> None:
    fill(store)
    ask(paths, few, store)
    finish(paths, few, store)
    before = weights(paths, 1)
    answer(store, range(2))
    finish(paths, replace(few, suggest=SuggestSettings()), store)

    assert before == weights(paths, 1)
