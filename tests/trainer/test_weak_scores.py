"""The pipeline in [suggest] is scored on held-out texts, and its labels dropped once the rounds find them better."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import spacy
from trainer_kit import answer, fill, finish
from weak_kit import are_rebuilt
from workshop import PARTS, workshop_gold

from loop.editing.draft import relabeled
from loop.errors import PipelineError
from loop.progress.project import progress
from loop.progress.weak_words import weak_words
from loop.records import Answer, Span
from loop.settings import ProjectPaths, ProjectSettings, QueueSettings, Settings, SuggestSettings, UpdateSettings
from loop.store import Store, WeakSpan
from loop.trainer import Trainer

HELD_OUT = range(20, 40)
READER = "rules", frozenset({("THING", "PART")})


def pipeline(folder: Path, *parts: str) -> str:
    """A pipeline of rules, which calls these parts THING."""
    nlp = spacy.blank("xx")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "THING", "pattern": part} for part in parts])
    nlp.to_disk(folder / "rules")
    return str(folder / "rules")


@pytest.fixture
def local(tmp_path: Path) -> Settings:
    """A project whose pipeline runs on this machine and finds only articles, which are no parts."""
    return Settings(
        project=ProjectSettings(base="blank:xx", labels=("PART",)),
        queue=QueueSettings(size=12, held_out_share=0.0),
        suggest=SuggestSettings(pipeline=pipeline(tmp_path, "the", "a"), learn=10, names=("THING=PART",), local=True),
        update=UpdateSettings(round_size=5, steps=40, batch_size=8, new_per_batch=4, weak_steps=5, weak_until=30),
    )


def measure(store: Store) -> None:
    """Answer half of the texts of `fill` as held-out ones."""
    gold, scheme = workshop_gold(40), store.journal.scheme(("PART",))
    for number in HELD_OUT:
        (text,) = store.corpus.texts([number + 1])
        given = Answer(f"held {number}", text.id, "ann", "accept", gold[text.text], held_out=True, scheme=scheme)
        store.answers.add(given)


def learn(paths: ProjectPaths, settings: Settings, store: Store) -> None:
    trainer = Trainer(paths, settings, store)
    while trainer.ask_pipeline():
        pass
    while trainer.work() or trainer.evaluate() or trainer.score_pipeline():
        pass
    trainer.close()


def test_a_label_that_the_rounds_find_better_is_no_longer_learned_from(paths, local, store) -> None:
    fill(store)
    measure(store)
    learn(paths, local, store)
    answer(store, range(15))
    learn(paths, local, store)
    score, before = store.weak.score(), [info.weights for info in store.journal.rounds()]
    assert [frozenset({"PART"})] == [one.dropped for one in store.weak.in_force()]
    assert (len(HELD_OUT), 4) == (score.texts, score.round)
    assert 0 < score.interval[0] < score.ahead <= 100

    answer(store, range(15, 20))
    finish(paths, local, store)
    *earlier, _ = store.journal.rounds()
    assert before == [info.weights for info in earlier]
    assert [True] * 6 == are_rebuilt(paths, local, store)
    assert [
        "found better by the rounds, so no longer learned from: PART",
        f"the pipeline in [suggest]: F1 {-score.ahead:+.0f} points "
        f"({-score.interval[1]:+.0f} to {-score.interval[0]:+.0f}) against round 4 on 20 held-out texts",
    ] == list(weak_words(progress(store, local, paths)))[-2:]


def test_one_that_is_as_good_goes_on_teaching(paths, local, store, tmp_path) -> None:
    good = replace(local, suggest=replace(local.suggest, pipeline=pipeline(tmp_path, *PARTS)))
    fill(store)
    measure(store)
    learn(paths, good, store)
    answer(store, range(5))
    learn(paths, good, store)

    assert [frozenset()] == [one.dropped for one in store.weak.in_force()]
    assert store.weak.score().ahead <= 0


def test_one_that_is_not_said_to_be_local_reads_no_held_out_text(paths, local, store, monkeypatch) -> None:
    monkeypatch.setattr("loop.base.other_pipeline.OtherPipeline.tried_on", refused)
    fill(store)
    measure(store)
    answer(store, range(20))
    learn(paths, replace(local, suggest=replace(local.suggest, local=False)), store)

    assert store.weak.score() is None
    with pytest.raises(PipelineError):
        learn(paths, local, store)


def refused(*_: object) -> None:
    raise PipelineError("It reads a held-out text.")


def test_only_what_is_recorded_later_follows_from_a_dropped_label(store) -> None:
    fill(store)
    store.weak.add("pipeline", {1: [WeakSpan(Span(0, 3, "PART"))]}, labels=("PART",), reader=READER)
    (before,) = store.weak.in_force()
    store.weak.drop("PART", reader=READER, labels=("PART",))
    (now,), seq = store.weak.in_force(), store.journal.last_seq()

    assert [before] == store.weak.in_force(before=seq)
    assert (frozenset({"PART"}), before.texts) == (now.dropped, now.texts)
    assert before.checksum != now.checksum


def test_a_dropped_label_stays_dropped_when_it_is_renamed_but_not_for_another_pipeline(store) -> None:
    fill(store)
    store.weak.add("pipeline", {1: [WeakSpan(Span(0, 3, "PART"))]}, labels=("PART",), reader=READER)
    store.weak.drop("PART", reader=READER, labels=("PART",))
    store.relabel(("PIECE",), {"PART": "PIECE"}, draft=relabeled)
    assert [frozenset({"PIECE"})] == [one.dropped for one in store.weak.in_force()]

    other = "other", frozenset({("THING", "PIECE")})
    store.weak.add("pipeline", {1: []}, labels=("PIECE",), reader=other)
    assert [frozenset()] == [one.dropped for one in store.weak.in_force()]
