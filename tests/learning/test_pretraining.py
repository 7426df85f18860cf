from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from spacy.language import Language

from loop.base.assembly import assemble
from loop.base.pipeline import own_component
from loop.held_out import HeldOut
from loop.learning.pretraining import _neighbours, pretrain, pretrained_layers
from loop.records import Text

FOOD, TOOLS = ("apple", "bread", "rice", "soup"), ("hammer", "wrench", "pliers", "drill")
TEXTS = [f"they ate {food} for lunch" for food in FOOD] + [f"he fixed it with {tool} at work" for tool in TOOLS]


@pytest.fixture
def nlp() -> Language:
    return assemble("blank:en", (), seed=0)


def done(nlp: Language, texts: list[str], *, most_tokens: int = 10_000, seed: int = 0) -> list[float]:
    may_teach = HeldOut().teaching(Text(n, text) for n, text in enumerate(texts))
    return list(pretrain(nlp, may_teach, most_tokens=most_tokens, seed=seed))


def nearness(nlp: Language, one: str, other: str) -> float:
    """The cosine between the embeddings of two words."""
    embed = pretrained_layers(nlp).layers[0]
    a, b = (vectors[0] for vectors in embed.predict([nlp.make_doc(one), nlp.make_doc(other)]))
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def within_and_across(nlp: Language) -> tuple[float, float]:
    within = [nearness(nlp, a, b) for words in (FOOD, TOOLS) for a, b in pairwise(words)]
    across = [nearness(nlp, a, b) for a, b in zip(FOOD, TOOLS, strict=True)]
    return float(np.mean(within)), float(np.mean(across))


def test_words_that_stand_in_the_same_places_come_nearer_to_each_other(nlp):
    before = np.subtract(*within_and_across(nlp))
    done(nlp, TEXTS * 25)
    after = np.subtract(*within_and_across(nlp))

    assert after > before + 0.2


def test_only_the_tables_of_words_and_suffixes_change(nlp):
    def params() -> list[bytes]:
        model = own_component(nlp).model
        return [node.get_param(name).tobytes() for node in model.walk() for name in node.param_names]

    before = params()
    done(nlp, TEXTS * 25)

    assert sum(one != other for one, other in zip(before, params(), strict=True)) == 2


def test_the_outcome_follows_from_texts_and_seed(nlp):
    others = [assemble("blank:en", (), seed=0) for _ in range(2)]
    for each, seed in zip((nlp, *others), (0, 0, 1), strict=True):
        done(each, TEXTS * 25, seed=seed)
    mine, same, other = (pretrained_layers(each).to_bytes() for each in (nlp, *others))

    assert same == mine != other


def test_the_share_done_grows_with_every_piece(nlp):
    shares = done(nlp, TEXTS * 25)

    assert shares == sorted(shares)
    assert shares[0] == 0.0 < shares[-1] < 1.0


def test_no_more_is_read_than_asked_for(nlp):
    other = assemble("blank:en", (), seed=0)
    done(nlp, TEXTS * 25, most_tokens=1000)
    done(other, [*TEXTS * 25, *["nothing of the kind"] * 1000], most_tokens=1000)

    assert pretrained_layers(nlp).to_bytes() == pretrained_layers(other).to_bytes()


def test_neighbours_are_looked_for_in_the_same_text_only(nlp):
    together = _neighbours(np.array([0, 1, 0, 1, -1, 1]), [2, 4], 2)

    assert together.tolist() == [[0, 2], [2, 2]]


@pytest.mark.parametrize("texts", [[], ["", ""], ["word " * 9], ["every word here stands once"]])
def test_from_too_few_words_nothing_is_learned(nlp, texts):
    before = pretrained_layers(nlp).to_bytes()
    done(nlp, texts)

    assert pretrained_layers(nlp).to_bytes() == before
