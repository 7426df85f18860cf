from __future__ import annotations

import pytest
from workshop import workshop_gold

from loop.progress import progress
from loop.records import Answer
from loop.store import NewText
from loop.trainer import Trainer
from loop.trainer.robustness_check import SLICE

GOLD = {**workshop_gold(80)}


def answer(store, numbers, *, held_out=False):
    scheme = store.journal.scheme(["PART"])
    for text in store.corpus.texts(list(numbers)):
        spans = GOLD[text.text]
        store.answers.add(
            Answer(f"a{text.id}", text.id, "ann", "accept", spans=spans, scheme=scheme, held_out=held_out)
        )


@pytest.fixture
def trainer(paths, settings, store):
    store.corpus.add_batch((NewText(text) for text in GOLD), source="gold")
    answer(store, range(1, 21))
    trainer = Trainer(paths, settings, store)
    while trainer.work():
        pass
    yield trainer
    trainer.close()


def checked(trainer) -> int:
    """How many pieces of work there are until nothing is due, once the held-out texts are evaluated."""
    while trainer.evaluate():
        pass
    pieces = 0
    while trainer.check_robustness():
        pieces += 1
    return pieces


def test_changed_texts_are_read_once_in_slices_and_nothing_of_them_is_kept(paths, settings, store, trainer):
    before = trainer.check_robustness()
    answer(store, range(21, 61), held_out=True)
    unevaluated = trainer.check_robustness()
    pieces, kept = checked(trainer), store.predictions.of(trainer.rounds.number, GOLD)
    now = progress(store, settings, paths)

    assert [False, False] == [before, unevaluated]
    assert 3 * 40 / SLICE == pieces
    assert 40 == len(kept)
    assert ["lower-cased", "with typos", "with odd line breaks"] == [row.change for row in now.robustness]
    assert {(trainer.rounds.number, 40, now.scores.overall.gold)} == {
        (row.round, row.texts, row.spans) for row in now.robustness
    }
    # The texts are in lower case as they are: what is found in them is found again.
    assert now.robustness[0].f1 == now.robustness[0].plain == pytest.approx(now.scores.overall.strict.f1)
    assert 0 == checked(trainer)


def test_few_held_out_spans_are_not_read_and_more_of_them_later_are_read_again(store, trainer):
    answer(store, range(21, 31), held_out=True)
    few = checked(trainer)
    answer(store, range(31, 61), held_out=True)
    many = checked(trainer)
    answer(store, range(61, 65), held_out=True)
    little_more = checked(trainer)
    answer(store, range(65, 81), held_out=True)

    assert [0, True, 0, True] == [few, many > 0, little_more, checked(trainer) > 0]


def test_a_round_that_ends_the_work_in_between_begins_it_anew(store, trainer):
    answer(store, range(21, 61), held_out=True)
    while trainer.evaluate():
        pass
    first, number = trainer.check_robustness(), trainer.rounds.number
    answer(store, range(61, 71))
    while trainer.work():
        pass

    assert first
    assert trainer.rounds.number > number
    assert [] == store.journal.robustness()
    assert checked(trainer)
    assert {trainer.rounds.number} == {row["round"] for row in store.journal.robustness()}
