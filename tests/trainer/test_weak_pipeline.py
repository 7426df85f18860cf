"""Another pipeline as a source of weak labels: read only when it is told to, recorded before it teaches."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from trainer_kit import answer, fill, finish, weights

from loop.editing.draft import relabeled
from loop.held_out import is_held_out
from loop.records import Answer
from loop.settings import ProjectPaths, ProjectSettings, QueueSettings, Settings, SuggestSettings, UpdateSettings
from loop.store import NewText, Store
from loop.trainer import Trainer
from loop.trainer.weak_pipeline import FAILURES
from loop.trainer.weak_recipe import WeakRecipe


@Language.component("service")
def service(doc):
    """Counts what it reads, and fails while it is down."""
    service.read.append(doc.text)
    if len(service.read) in service.down:
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
def read(rules: Path) -> list[str]:
    """The texts that the pipeline has read; it is a service now, and down at the calls `service.down`."""
    nlp = spacy.load(rules)
    nlp.add_pipe("service")
    nlp.to_disk(rules)
    service.read, service.down = [], range(0)
    return service.read


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


def test_what_it_does_not_find_is_outside_only_if_it_knows_every_label(paths, few, store) -> None:
    fill(store)
    ask(paths, few, store)
    (said,) = store.weak.in_force()
    with_part = sum(bool(spans) for spans in said.texts.values())
    rounds = finish(paths, few, store)

    def learned(*labels: str) -> int:
        return len(WeakRecipe(few, store).texts(rounds.learner, [], 0, few.update, labels, {}))

    assert 0 < with_part < 30
    assert (30, with_part) == (learned("PART"), learned("PART", "TOOL"))


def test_of_one_that_finds_nothing_nothing_is_learned(paths, few, store) -> None:
    unnamed = replace(few, suggest=replace(few.suggest, names=()))
    fill(store)
    ask(paths, unnamed, store)
    finish(paths, unnamed, store)

    assert [30] == [len(one.texts) for one in store.weak.in_force()]
    assert [] == store.journal.rounds()


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


def test_one_that_fails_in_the_middle_keeps_what_it_said_and_is_asked_again_later(
    paths, few, store, read, capsys
) -> None:
    service.down = range(10, 100)
    fill(store)
    ask(paths, few, store)

    assert "OSError" in capsys.readouterr().err
    assert [] == store.weak.in_force()
    assert 9 + FAILURES == len(read)
    service.down = range(0)
    ask(paths, few, store)
    assert [30] == [len(one.texts) for one in store.weak.in_force()]


def test_a_text_that_it_fails_on_is_left_out(paths, few, store, read) -> None:
    service.down = range(10, 10 + FAILURES - 1)
    fill(store)
    ask(paths, few, store)
    (said,) = store.weak.in_force()

    assert 30 - (FAILURES - 1) == len(said.texts)
    assert not {text.text for text in store.corpus.texts(list(said.texts))} & set(read[9 : 9 + FAILURES - 1])


def test_of_a_service_that_is_down_nothing_is_recorded(paths, few, store, read) -> None:
    service.down = range(1000)
    fill(store)
    ask(paths, few, store)
    ask(paths, few, store)

    assert 2 * FAILURES == len(read)
    assert [] == store.weak.all()


def test_a_text_is_read_once_for_learning_and_for_its_question(paths, few, store, read) -> None:
    fill(store)
    trainer = Trainer(paths, few, store)
    while trainer.work() or trainer.ask_pipeline():
        pass
    trainer.close()

    assert store.questions.waiting()
    assert len(read) == len(set(read))


def test_it_reads_on_when_it_may_read_more_or_there_are_more_texts(paths, few, store, read) -> None:
    fill(store)
    ask(paths, replace(few, suggest=replace(few.suggest, learn=10)), store)
    ask(paths, few, store)
    assert [30] == [len(one.texts) for one in store.weak.in_force()]

    many = replace(few, suggest=replace(few.suggest, learn=42))
    ask(paths, many, store)
    assert [40] == [len(one.texts) for one in store.weak.in_force()]

    store.corpus.add_batch([NewText(f"hub {n}") for n in range(9)], source="more")
    ask(paths, many, store)
    assert [42] == [len(one.texts) for one in store.weak.in_force()]
    assert 42 == len(read) == len(set(read))


def test_what_its_labels_are_called_is_read_anew_but_not_for_a_renamed_label(paths, few, store, read) -> None:
    fill(store)
    ask(paths, replace(few, suggest=replace(few.suggest, names=())), store)
    assert not any(store.weak.in_force()[0].texts.values())

    ask(paths, few, store)
    (said,) = store.weak.in_force()
    assert any(said.texts.values())
    assert 60 == len(read)

    store.relabel(("PIECE",), {"PART": "PIECE"}, draft=relabeled)
    renamed = replace(few.suggest, names=("THING=PIECE",))
    ask(paths, replace(few, project=replace(few.project, labels=("PIECE",)), suggest=renamed), store)
    assert 60 == len(read)


def test_another_pipeline_takes_the_place_of_the_first_once_it_has_read_everything(paths, few, store, read) -> None:
    other = few.suggest.pipeline + "-2"
    shutil.copytree(few.suggest.pipeline, other)
    fill(store)
    ask(paths, few, store)
    before = store.weak.in_force()
    second = replace(few, suggest=replace(few.suggest, pipeline=other))
    service.down = range(40, 100)
    ask(paths, second, store)

    assert before == store.weak.in_force()
    service.down = range(0)
    ask(paths, second, store)
    (said,) = store.weak.in_force()
    assert (other, 30) == (said.reader[0], len(said.texts))


def test_what_answers_say_about_it_counts_for_all_that_it_said(paths, few, store, monkeypatch) -> None:
    monkeypatch.setattr("loop.trainer.weak_pipeline.RECORDED", 10)
    monkeypatch.setattr("loop.trainer.weak_pipeline.SLICE_SECONDS", 0)
    fill(store)
    ask(paths, few, store)
    finish(paths, few, store)
    with_spans = [id_ for id_, spans in store.weak.in_force()[0].texts.items() if spans]
    scheme = store.journal.scheme(("PART",))
    for id_ in with_spans[:5]:
        store.answers.add(Answer(f"a{id_}", id_, "ann", "accept", (), scheme=scheme))
    finish(paths, few, store)
    (said,) = store.weak.summary()

    assert 3 == len(store.weak.all())
    assert (0, {"PART": (0, said.denied)}) == (said.agreed, dict(said.doubted))
    assert 5 <= said.denied


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
