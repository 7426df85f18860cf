"""What to ask about before there is a model, by the examples of labels: short places with words like them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from loop.acquire.coldstart import most_telling
from loop.base.vectors import of_table
from loop.trainer.places import Place

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from spacy.language import Language

# A cosine up to this says nothing.
UNLIKE = 0.4


def first_places(nlp: Language, places: Sequence[Place], *, n: int, examples: Sequence[str]) -> list[Place]:
    """Up to `n` of the places, those with most words like the examples first.

    Args:
        nlp: a pipeline, of which the tokenizer, the stop words and the word vectors count.
        places: what may be asked about.
        n: how many at most.
        examples: of all labels.
    """
    texts = [place.words for place in places]
    likeness = likeness_to(nlp, examples, {word.lower() for words in texts for word in words})
    return [places[i] for i in most_telling(texts, n=n, stop_words=nlp.Defaults.stop_words, likeness=likeness)]


def likeness_to(nlp: Language, examples: Sequence[str], words: Collection[str]) -> dict[str, float]:
    """How like the nearest of the examples each word is, 0 to 1; their own words are, even without word vectors.

    No word reaches the vocabulary of `nlp`.
    """
    with nlp.memory_zone():
        terms = [[token.text for token in nlp.make_doc(example.lower())] for example in examples if example.strip()]
    return _by_vectors(nlp.vocab.vectors, terms, list(words)) | {word: 1.0 for term in terms for word in term}


def _by_vectors(table: Any, terms: Sequence[Sequence[str]], words: list[str]) -> dict[str, float]:
    if not (table.shape[0] and terms and words):
        return {}
    means = _unit(np.stack([of_table(table, term).mean(axis=0) for term in terms]))
    nearest = (_unit(of_table(table, words)) @ means.T).max(axis=1)
    return dict(zip(words, np.clip((nearest - UNLIKE) / (1 - UNLIKE), 0, 1).tolist(), strict=True))


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0), np.float32)
