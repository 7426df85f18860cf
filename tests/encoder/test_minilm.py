"""The same with the weights of a real encoder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import spacy

from loop.base.assembly import assemble
from loop.encoder.encoder import Encoder
from loop.encoder.files import encoder_files

MINILM = Path(__file__).with_name("minilm")

pytestmark = [
    pytest.mark.skipif(not (MINILM / "model.onnx").exists(), reason="make test installs the weights"),
    pytest.mark.integration,
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder(encoder_files(MINILM))


def features(encoder: Encoder, text: str) -> dict[str, np.ndarray]:
    doc = spacy.blank("en")(text)
    rows = encoder(text, [(token.idx, token.idx + len(token)) for token in doc]).astype(float)
    return {token.text: row / np.linalg.norm(row) for token, row in zip(doc, rows, strict=True)}


def test_a_word_has_the_features_of_its_place(encoder):
    river = features(encoder, "They sat on the bank of the river, watching the water.")["bank"]
    lender = features(encoder, "The bank raised its interest rates on loans.")["bank"]
    shore = features(encoder, "They walked along the shore of the lake.")["shore"]

    assert float(river @ shore) > float(lender @ shore)
    assert float(river @ lender) < 0.9


def test_features_do_not_depend_on_what_is_read_with_them(encoder):
    nlp = assemble("blank:en", ["PART"], seed=0, encoder=str(MINILM))
    texts = ["She took aspirin.", "A much longer text about the chain of a bicycle, which is worn. " * 8, "Yes"]
    together = [doc.tensor for doc in nlp.pipe(texts)]

    assert all(np.array_equal(nlp(text).tensor, one) for text, one in zip(texts, together, strict=True))


def test_a_text_of_many_windows_has_features_like_those_of_its_sentences(encoder):
    sentence = "Dr Ann Baker prescribed ibuprofen in Zurich. "
    words = [(found.idx, found.idx + len(found)) for found in spacy.blank("en")(sentence * 60)]
    rows = encoder(sentence * 60, words).astype(float)
    alone = features(encoder, sentence)["ibuprofen"]
    found = [row / np.linalg.norm(row) for row, (start, end) in zip(rows, words, strict=True) if end - start == 9]

    assert 60 == len(found)
    assert all(row @ alone > 0.6 for row in found)
