from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import spacy
from spacy.vectors import Vectors
from trainer_kit import finish, give

from loop.settings import LabelNote
from loop.store import NewText
from loop.trainer.first_questions import likeness_to


@pytest.fixture
def nlp():
    return spacy.blank("en")


def give_vectors(nlp, **rows):
    keys = [nlp.vocab.strings.add(word) for word in rows]
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=np.array(list(rows.values()), np.float32), keys=keys)


def test_a_word_is_as_like_as_its_vector_is_to_the_nearest_example(nlp):
    give_vectors(nlp, chain=[1, 0], rim=[4, 3], bread=[0, 2], hub=[0.6, 0.8])

    likeness = likeness_to(nlp, ["Chain"], {"chain", "rim", "bread", "hub", "unknown"})

    assert {"chain": 1.0, "bread": 0.0, "unknown": 0.0} == {w: likeness[w] for w in ("chain", "bread", "unknown")}
    assert (0.8 - 0.4) / 0.6 == pytest.approx(likeness["rim"])
    assert (0.6 - 0.4) / 0.6 == pytest.approx(likeness["hub"])


def test_without_vectors_only_the_words_of_an_example_are_like_it_and_none_reaches_the_vocabulary(nlp):
    before = len(nlp.vocab.strings)

    assert {"inner": 1.0, "tube": 1.0} == likeness_to(nlp, ["inner tube", " "], {"inner", "chain"})
    assert before == len(nlp.vocab.strings)


def test_examples_of_labels_steer_the_first_questions(paths, with_settings, store):
    gold = dict.fromkeys([*(f"the wheel with number {n} spins" for n in range(40)), "an old zyx lies in there"], ())
    store.corpus.add_batch(map(NewText, gold), source="test")
    settings = replace(
        with_settings("queue", held_out_share=0.0, random_share=0.0), labels={"PART": LabelNote(examples=("Zyx",))}
    )
    finish(paths, settings, store)

    assert ["an old zyx lies in there"] == [question.text.text for question in give(paths, settings, store, gold, 1)]
