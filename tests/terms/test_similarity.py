from __future__ import annotations

import numpy as np
import pytest
from spacy.strings import StringStore
from spacy.vectors import Vectors
from terms_kitchen import pool_of

from loop.base.vectors import of_table
from loop.terms.ranking import Ranking
from loop.terms.similarity import TermVectors, of_contexts, term_vectors

TEXTS = [
    *(f"{verb} {food}" for food in ("plums", "pears", "figs") for verb in ("ate", "peeled", "boiled", "baked")),
    *(f"{verb} {car}" for car in ("truck", "sedan", "coupe") for verb in ("drove", "parked", "washed", "sold")),
]


def table(**rows: list[float]) -> Vectors:
    strings = StringStore(rows)
    keys = [strings[word] for word in rows]
    return Vectors(strings=strings, data=np.array(list(rows.values()), np.float32), keys=keys)


def cosine(vectors: TermVectors, one: str, other: str) -> float:
    first, second = vectors.of([tuple(one.split()), tuple(other.split())])
    return float(first @ second)


def test_a_terms_vector_is_the_mean_of_its_words_and_of_unit_length():
    vectors = TermVectors(["red", "wine"], of_table(table(red=[2, 0], wine=[0, 9]), ["red", "wine"]))

    assert [0.5**0.5, 0.5**0.5] == pytest.approx(vectors.of([("red", "wine")])[0].tolist())


def test_a_word_without_a_vector_adds_nothing_and_alone_it_is_like_nothing():
    words = ["wine", "unknown"]
    vectors = TermVectors(words, of_table(table(wine=[0, 9]), words))

    assert 1 == pytest.approx(cosine(vectors, "wine", "unknown wine"))
    assert 0 == cosine(vectors, "wine", "unknown")


def test_without_a_table_words_are_alike_that_stand_in_the_same_contexts():
    pool = pool_of(*TEXTS)
    vectors = term_vectors(pool, None)

    assert cosine(vectors, "plums", "figs") > 0.9
    assert cosine(vectors, "plums", "truck") < 0.3


def test_names_are_more_alike_than_a_name_and_another_word_in_the_same_contexts():
    pool = pool_of(*(f"{verb} {thing}" for thing in ("Trek", "Giant", "bikes") for verb in ("bought", "sold", "likes")))
    vectors = term_vectors(pool, None)

    assert cosine(vectors, "trek", "giant") == pytest.approx(1)
    assert cosine(vectors, "trek", "bikes") < 0.9


def test_contexts_are_the_same_at_each_start():
    first, second = (of_contexts(pool_of(*TEXTS)) for _ in range(2))

    assert first.tobytes() == second.tobytes()


def test_proposals_are_near_to_what_was_confirmed_and_far_from_what_was_refused():
    pool = pool_of(*TEXTS)
    ranking = Ranking(pool, term_vectors(pool, None))
    confirmed = {"FOOD": [("plums",)]}
    first = [words for words, _ in ranking.proposals(confirmed, {}, without={("plums",)}, behind={})]
    refused = {"FOOD": [("truck",)]}
    second = [words for words, _ in ranking.proposals(confirmed, refused, without={("plums",)}, behind={})]

    assert {("figs",), ("pears",)} == {*first[:2]}
    assert {("sedan",), ("coupe",)} == {*second[-2:]}
    assert ("truck",) in {*first} - {*second}


def test_a_label_without_examples_gets_no_proposals_and_no_examples_give_none():
    pool = pool_of(*TEXTS)
    ranking = Ranking(pool, term_vectors(pool, None))

    assert [] == list(ranking.proposals({"FOOD": [], "CAR": []}, {}, without=(), behind={}))
    assert {"CAR"} == {
        label for _, label in ranking.proposals({"FOOD": [], "CAR": [("truck",)]}, {}, without=(), behind={})
    }
