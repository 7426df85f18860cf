from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from loop.answer_parts import Known
from loop.base.assembly import assemble
from loop.base.pipeline import COMPONENT, add_labels
from loop.learning.examples import Examples, known_ranges, token_spans
from loop.learning.excerpts import UNKNOWN, excerpt, receptive_field
from loop.records import Span, TokenSpan
from loop.truth import Truth

PARTS = frozenset({"PART"})
TEXT = " ".join(f"word{n:02}" for n in range(60))
SIZE = len("word00 ")


def known(first: int, last: int, *spans: int) -> Truth:
    """All is known from one word to another, whose spans are these words."""
    marked = tuple(Span(n * SIZE, n * SIZE + SIZE - 1, "PART") for n in spans)
    return Truth(spans=marked, passages=(Known(first * SIZE, last * SIZE - 1, PARTS),))


def test_a_passage_is_read_with_some_words_around_it():
    text, truth = excerpt(TEXT, known(20, 25, 22), 3)

    assert TEXT[17 * SIZE : 28 * SIZE - 1] == text
    assert "word22" == text[truth.spans[0].start : truth.spans[0].end]
    assert "word20 word21 word22 word23 word24" == text[truth.passages[0].start : truth.passages[0].end]


def test_passages_far_apart_are_put_together():
    one, other = known(5, 7, 6), known(40, 42)
    text, truth = excerpt(TEXT, replace(one, passages=(*one.passages, *other.passages)), 2)

    assert f"{TEXT[3 * SIZE : 9 * SIZE - 1]} {TEXT[38 * SIZE : 44 * SIZE - 1]}" == text
    assert ["word05 word06", "word40 word41"] == [text[each.start : each.end] for each in truth.passages]


def test_a_text_that_is_known_nearly_everywhere_is_read_whole():
    assert (TEXT, known(1, 59)) == excerpt(TEXT, known(1, 59), 3)


@pytest.mark.parametrize(
    "truth", [Truth(PARTS), Truth(spans=(Span(0, 6, "PART"),)), replace(known(2, 9), labels=PARTS)]
)
def test_a_text_without_passages_or_with_a_complete_answer_is_read_whole(nlp, truth):
    (example,) = Examples(nlp, [(TEXT, truth)], labels=("PART",))

    assert TEXT == example.text


def test_a_text_without_white_space_is_not_read_whole():
    text, truth = excerpt("鏈" * 5000, Truth(passages=(Known(2000, 2010, PARTS),)), 4)

    assert len(text) < 2000
    assert "鏈" * 10 == text[truth.passages[0].start : truth.passages[0].end]


@pytest.fixture
def nlp(default_network):
    nlp = assemble("blank:en", ("PART",), seed=0)
    add_labels(nlp, ["PART"])
    return nlp


def test_around_a_passage_all_tokens_are_missing(nlp):
    (example,) = Examples(nlp, [(TEXT, known(20, 23, 21))], labels=("PART",))
    margin = receptive_field(nlp)

    assert 4 == margin
    assert [None] * margin + ["O", "U-PART", "O"] + [None] * margin == example.get_aligned_ner()
    assert [(margin, margin + 3)] == known_ranges(example)
    assert [TokenSpan(margin + 1, margin + 2, "PART")] == token_spans(example)


def test_a_label_that_was_not_asked_about_leaves_the_passage_missing(nlp):
    (example,) = Examples(nlp, [(TEXT, known(20, 23, 21))], labels=("PART", "BRAND"))

    assert [(5, 6)] == known_ranges(example)


@pytest.mark.parametrize("passage", [(0, 3), (30, 40), (57, 60)])
def test_the_features_of_a_passage_are_those_that_it_has_in_the_whole_text(nlp, passage):
    tok2vec = nlp.get_pipe(COMPONENT).model.get_ref("tok2vec")
    (example,) = Examples(nlp, [(TEXT, known(*passage))], labels=("PART",))
    whole, part = (tok2vec.predict([doc]) for doc in (nlp.make_doc(TEXT), example.predicted))
    ((first, last),) = known_ranges(example)

    np.testing.assert_allclose(whole[slice(*passage)], part[first:last], atol=1e-5)


def test_of_an_unknown_network_more_is_read(nlp, monkeypatch):
    monkeypatch.setattr(nlp, "get_pipe_config", lambda _: {"model": {}})

    assert UNKNOWN == receptive_field(nlp)
