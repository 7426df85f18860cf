from __future__ import annotations

import pytest
import spacy
from workshop import workshop_gold

import loop.trainer.pool_predictions
from loop.base.assembly import assemble
from loop.checkpoints.checkpoints import Checkpoints
from loop.errors import PipelineError
from loop.learning.evaluate import predicted_spans
from loop.store import NewText, RoundInfo
from loop.trainer.pool_predictions import ENOUGH, PoolPredictions

PLAIN = spacy.blank("en")


def learned(store, number):
    store.journal.add_round(RoundInfo(number, 10 * number, 12, 1.0, 1.0, 0, "spacy 3.8", "", "digest"))


@pytest.fixture
def texts(store):
    def texts(n):
        store.corpus.add_batch((NewText(text) for text in workshop_gold(n, seed=3)), source="x")

    return texts


@pytest.fixture
def read(monkeypatch):
    """The numbers of texts read; nothing is found in them."""
    read: list[int] = []
    monkeypatch.setattr(
        loop.trainer.pool_predictions,
        "predicted_spans",
        lambda _, texts: read.append(len(texts)) or [[] for _ in texts],
    )
    return read


class Saved(Checkpoints):
    """Saved rounds, of which some cannot be read."""

    def __init__(self, *rounds, damaged=()):
        self._rounds, self._damaged = rounds, damaged

    def rounds(self):
        return list(self._rounds)

    def published(self, number):
        if number in self._damaged:
            raise PipelineError("damaged")
        return number


def test_a_round_keeps_what_it_finds_in_unanswered_texts(store, texts):
    texts(ENOUGH)
    nlp = assemble("blank:en", ["PART"], seed=0)
    learned(store, 1)
    PoolPredictions(store, Saved(1)).read(1, nlp)
    names = [text.text for text in store.corpus.fixed_sample(ENOUGH)]

    assert [1] == store.predictions.rounds(pool=True)
    assert sorted(map(tuple, predicted_spans(nlp, names))) == sorted(store.predictions.of_pool(1).values())


def test_of_too_few_texts_nothing_is_read(store, texts, read):
    texts(ENOUGH - 1)
    learned(store, 1)
    pool = PoolPredictions(store, Saved(1))
    pool.read(1, PLAIN)

    assert ([], False) == (read, pool.slice(PLAIN))


def test_of_long_texts_fewer_are_read(store, texts, read, monkeypatch):
    monkeypatch.setattr(loop.trainer.pool_predictions, "CHARACTERS", 1)
    texts(ENOUGH + 20)
    learned(store, 1)
    PoolPredictions(store, Saved(1)).read(1, PLAIN)

    assert [ENOUGH] == read


def test_of_older_rounds_fewer_and_fewer_are_kept(store, texts, read):
    texts(ENOUGH)
    pool = PoolPredictions(store, Saved())
    for number in range(1, 18):
        learned(store, number)
        pool.read(number, PLAIN)

    assert [*range(1, 11), 12, 14, 16, 17] == store.predictions.rounds(pool=True)


def test_a_project_of_an_older_version_has_two_saved_rounds_read_when_idle(store, texts, read):
    texts(ENOUGH)
    for number in range(1, 21):
        learned(store, number)
    pool = PoolPredictions(store, Saved(0, 1, 8, 10, 19, 20, damaged=(10,)))
    slices = [pool.slice(PLAIN) for _ in range(5)]

    assert [True, True, True, False, False] == slices  # the newest, the damaged one, and the next best
    assert [8, 20] == store.predictions.rounds(pool=True)


def test_no_round_is_read_again_and_again_because_it_is_not_kept(store, texts, read):
    texts(ENOUGH)
    for number in range(1, 41):
        learned(store, number)
    for number in (11, 40):
        store.predictions.put_pool(number, {f"{n}": () for n in range(ENOUGH)})
    pool = PoolPredictions(store, Saved(0, 12, 40))  # the 12th had learned hardly more than the 11th, which is kept

    assert [True, False, False] == [pool.slice(PLAIN) for _ in range(3)]
    assert [11, 40] == store.predictions.rounds(pool=True)
