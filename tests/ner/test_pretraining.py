from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from spacy.language import Language

from loop.ner.pipeline import assemble, own_component
from loop.ner.pretraining import pretrain, pretrained_layers
from loop.settings import PretrainSettings

FOOD, TOOLS = ("apple", "bread", "rice", "soup"), ("hammer", "wrench", "pliers", "drill")
TEXTS = [f"they ate {food} for lunch" for food in FOOD] + [f"he fixed it with {tool} at work" for tool in TOOLS]


@pytest.fixture
def nlp() -> Language:
    return assemble("blank:en", (), seed=0)


def done(nlp: Language, texts: list[str], *, steps: int, seed: int = 0) -> list[float]:
    return list(pretrain(nlp, texts, PretrainSettings(steps=steps), seed=seed))


def nearness(nlp: Language, one: str, other: str) -> float:
    """The cosine between the vectors of two words, each alone."""
    a, b = (vectors[0] for vectors in pretrained_layers(nlp).predict([nlp.make_doc(one), nlp.make_doc(other)]))
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def within_and_across(nlp: Language) -> tuple[float, float]:
    within = [nearness(nlp, a, b) for words in (FOOD, TOOLS) for a, b in pairwise(words)]
    across = [nearness(nlp, a, b) for a, b in zip(FOOD, TOOLS, strict=True)]
    return float(np.mean(within)), float(np.mean(across))


def test_words_that_stand_in_the_same_places_come_nearer_to_each_other(nlp):
    before = np.subtract(*within_and_across(nlp))
    done(nlp, TEXTS * 25, steps=60)
    after = np.subtract(*within_and_across(nlp))

    assert after > before + 0.2


def test_only_the_embedding_and_encoding_layers_change(nlp):
    model = own_component(nlp).model
    before = [model.get_ref(ref).to_bytes() for ref in ("lower", "upper")]
    start = pretrained_layers(nlp).to_bytes()
    done(nlp, TEXTS, steps=1)

    assert [model.get_ref(ref).to_bytes() for ref in ("lower", "upper")] == before
    assert pretrained_layers(nlp).to_bytes() != start


def test_the_outcome_follows_from_texts_and_seed(nlp):
    others = [assemble("blank:en", (), seed=0) for _ in range(2)]
    for each, seed in zip((nlp, *others), (0, 0, 1), strict=True):
        done(each, TEXTS, steps=2, seed=seed)
    mine, same, other = (pretrained_layers(each).to_bytes() for each in (nlp, *others))

    assert same == mine != other


def test_what_else_draws_random_numbers_in_between_makes_no_difference(nlp):
    other = assemble("blank:en", (), seed=0)
    done(nlp, TEXTS, steps=3)
    for _ in pretrain(other, TEXTS, PretrainSettings(steps=3), seed=0):
        np.random.seed(99)

    assert pretrained_layers(other).to_bytes() == pretrained_layers(nlp).to_bytes()


def test_the_share_done_is_told_after_every_piece(nlp):
    assert done(nlp, TEXTS, steps=4) == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_a_long_text_is_learned_from_in_pieces(nlp):
    before = pretrained_layers(nlp).to_bytes()

    assert done(nlp, ["word and word " * 2000], steps=2)[-1] == 1.0
    assert pretrained_layers(nlp).to_bytes() != before


@pytest.mark.parametrize("texts", [[], ["", ""]])
def test_without_a_token_nothing_is_learned(nlp, texts):
    before = pretrained_layers(nlp).to_bytes()
    done(nlp, texts, steps=2)

    assert pretrained_layers(nlp).to_bytes() == before
