from __future__ import annotations

import pytest
from workshop import workshop_gold

import loop.trainer.model_change
from loop.base.assembly import assemble
from loop.base.pipeline import add_labels
from loop.learning.evaluate import predicted_spans
from loop.learning.examples import Examples
from loop.learning.learner import Learner
from loop.learning.update import update
from loop.settings import UpdateSettings
from loop.store import NewText, Store
from loop.trainer.model_change import ENOUGH, ModelChange
from loop.truth import Truth

pytestmark = pytest.mark.usefixtures("default_network")  # a smaller one learns too little to agree about


def teach(learner: Learner, *, empty: bool = False) -> None:
    gold = {text: () if empty else spans for text, spans in workshop_gold(30).items()}
    answers = [(text, Truth(frozenset({"PART"}), spans)) for text, spans in gold.items()]
    add_labels(learner.nlp, ["PART"])
    examples = Examples(learner.nlp, answers, labels=["PART"])
    update(learner, examples, examples, UpdateSettings(steps=25), seed=0)


def test_a_round_that_changes_nothing_agrees_with_the_one_before_wholly(store: Store):
    store.corpus.add_batch((NewText(text) for text in workshop_gold(ENOUGH, seed=3)), source="x")
    learner, change = Learner(assemble("blank:en", ["PART"], seed=0)), ModelChange(store)
    teach(learner)
    change.begin(learner)

    assert 100.0 == change.end(learner)
    teach(learner, empty=True)
    changed = change.end(learner)
    assert changed is not None
    assert changed < 100.0


def test_too_few_texts_say_nothing(store: Store):
    store.corpus.add_batch((NewText(text) for text in workshop_gold(ENOUGH - 1)), source="x")
    learner, change = Learner(assemble("blank:en", ["PART"], seed=0)), ModelChange(store)
    teach(learner)
    change.begin(learner)

    assert change.end(learner) is None


def test_of_long_texts_fewer_are_read(store: Store, monkeypatch):
    monkeypatch.setattr(loop.trainer.model_change, "CHARACTERS", 1)
    store.corpus.add_batch((NewText(text) for text in workshop_gold(ENOUGH + 20)), source="x")
    learner, change = Learner(assemble("blank:en", ["PART"], seed=0)), ModelChange(store)
    read: list[int] = []
    monkeypatch.setattr(
        loop.trainer.model_change,
        "predicted_spans",
        lambda nlp, texts: read.append(len(texts)) or predicted_spans(nlp, texts),
    )
    teach(learner)
    change.begin(learner)

    assert 100.0 == change.end(learner)
    assert [ENOUGH, ENOUGH] == read
