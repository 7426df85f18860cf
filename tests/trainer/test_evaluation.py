from __future__ import annotations

import pytest
from workshop import workshop_gold

from loop.checkpoints.checkpoints import Checkpoints
from loop.progress import progress
from loop.records import Answer
from loop.store import NewText, Store
from loop.trainer import Trainer


def answer(store: Store, number: int, *, held_out: bool = False) -> str:
    (text,) = store.corpus.texts([number])
    scheme = store.journal.scheme(["PART"])
    spans = workshop_gold(40)[text.text]
    store.answers.add(Answer(f"a{number}", number, "ann", "accept", spans=spans, scheme=scheme, held_out=held_out))
    return text.text


@pytest.fixture
def trainer(paths, settings, store) -> Trainer:
    """A trainer that has learned two rounds from ten answers."""
    store.corpus.add_batch((NewText(text) for text in workshop_gold(40)), source="gold")
    for number in range(1, 11):
        answer(store, number)
    trainer = Trainer(paths, settings, store)
    while trainer.work():
        pass
    return trainer


def test_every_kept_round_reads_what_is_held_out_later(paths, settings, store, trainer):
    nothing_yet = trainer.evaluate()
    held = [answer(store, number, held_out=True) for number in range(11, 25)]
    pieces = [trainer.evaluate() for _ in range(4)]
    trainer.close()

    assert not nothing_yet
    assert [True, True, True, False] == pieces
    assert [0, 1, 2] == Checkpoints(paths.models).rounds() == store.predictions.rounds()
    assert [set(held)] * 3 == [store.predictions.of(number, held).keys() for number in range(3)]
    now = progress(store, settings, paths)
    assert now.scores
    assert (2, 14) == (now.evaluated_round, now.scores.overall.texts)

    answer(store, 25, held_out=True)
    again = Trainer(paths, settings, store)
    assert [True, False] == [again.evaluate() for _ in range(2)]
    again.close()
    assert 15 == len(store.predictions.of(2, [text.text for text in store.corpus.texts(range(11, 26))]))
    assert store.journal.headline().startswith("F1 ")


def test_a_damaged_checkpoint_is_left_out(paths, settings, store, trainer):
    (Checkpoints(paths.models).path(1) / "config.cfg").unlink()
    for number in range(11, 17):
        answer(store, number, held_out=True)
    while trainer.evaluate():
        pass
    trainer.close()

    assert [0, 2] == store.predictions.rounds()


def test_a_new_round_reads_at_once_and_says_what_it_expects_of_itself(paths, settings, store):
    store.corpus.add_batch((NewText(text) for text in workshop_gold(40)), source="gold")
    held = answer(store, 1, held_out=True)
    for number in range(2, 12):
        answer(store, number)
    trainer = Trainer(paths, settings, store)
    while trainer.work():
        pass
    trainer.close()

    assert {held} == store.predictions.of(2, [held]).keys()
