"""Rounds of a version that read some answers by other rules."""

from __future__ import annotations

from dataclasses import replace

import pytest
import srsly
from workshop import workshop_gold

from loop.checkpoints.checkpoint_info import read_info
from loop.checkpoints.checkpoints import Checkpoints
from loop.checkpoints.relabeling import rename_labels
from loop.progress import learned_again_words
from loop.records import Answer, Span
from loop.store import NewText, Store
from loop.store.journal import get_state
from loop.trainer import Trainer
from loop.trainer.rebuilding import rebuilding
from loop.truth import RULES_VERSION

ONCE = Answer("", 0, "ann", "accept")
OTHERWISE = {
    "a text that was answered twice": {"text_id": 3},
    "a refused span of a file": {"verdict": "reject", "complete": False, "spans": (Span(0, 3, "PART"),)},
}


def learn(paths, settings, store) -> None:
    trainer = Trainer(paths, settings, store)
    while trainer.learn():
        pass
    trainer.close()


def give(store, number: int, **more) -> None:
    (text,) = store.corpus.texts([number])
    answer = replace(ONCE, id=f"a{number}", text_id=number, spans=workshop_gold(20)[text.text], scheme=1)
    store.answers.add(replace(answer, **more))


@pytest.fixture
def older(paths, with_settings, store, monkeypatch):
    """Lets a project with 17 answers be learned as before, the eighth of them given as is said."""
    settings = with_settings("project", base="blank:xx")

    def learned(**eighth):
        store.corpus.add_batch((NewText(text) for text in workshop_gold(20)), source="gold")
        store.journal.scheme(["PART"])
        for number in range(1, 18):
            give(store, number, **eighth if number == 8 else {})
        with monkeypatch.context() as before:
            for module in ("loop.trainer.round_recipe", "loop.trainer.rounds", "loop.checkpoints.checkpoint_info"):
                before.setattr(f"{module}.RULES_VERSION", 0)
            learn(paths, settings, store)
        return settings

    return learned


@pytest.mark.parametrize("eighth", OTHERWISE.values(), ids=OTHERWISE)
def test_rounds_that_would_come_out_otherwise_are_learned_again_and_it_is_said(paths, store, older, eighth):
    settings = older(**eighth)
    first, *others = store.journal.rounds()
    assert "2 rounds are trained again" in learned_again_words(store)
    trainer = Trainer(paths, settings, store)
    trainer.close()

    assert ([first], "") == (store.journal.rounds(), learned_again_words(store))
    learn(paths, settings, store)
    assert len(others) == len(store.journal.rounds()) - 1
    with rebuilding(paths, settings, store) as aside:
        assert all(one.is_same for one in aside.rounds(3))


def test_rounds_of_texts_that_were_answered_once_stay_as_they_are(paths, store, older):
    settings = older()
    before = store.journal.rounds()
    learn(paths, settings, store)

    assert ("", before) == (learned_again_words(store), store.journal.rounds())


def test_the_version_of_the_rules_is_stored_under_its_first_name(learned_project):
    checkpoints, last = Checkpoints(learned_project.models), learned_project.models / "last"
    before = srsly.read_json(last / "loop" / "checkpoint.json")
    rename_labels(checkpoints, checkpoints.rounds()[-1], {"PART": "THING"}, scheme=1)
    after = srsly.read_json(last / "loop" / "checkpoint.json")
    with Store(learned_project.db) as store, store._database.read() as connection:
        noted = get_state(connection, "reading")

    assert before | {"labels": ["THING"], "scheme": 1} == after
    assert [RULES_VERSION] * 3 == [after["reading"], read_info(last).rules_version, noted]
    assert "rules_version" not in after
