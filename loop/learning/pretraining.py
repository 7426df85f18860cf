"""Pretraining: initialises the word embeddings from co-occurrence in the unannotated texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from thinc.api import Model

from loop.base.pipeline import own_component
from loop.held_out import Teaching

# Texts tokenized in one go, and tokens after which a text is cut: every slice of work must be short.
READ_AT_ONCE = 100
LONGEST = 500
# The fitted features of spaCy's HashEmbedCNN: the normalized form, and the suffix, which rare words share.
NORM, SUFFIX = 0, 2
# Only the most frequent words get a vector: at most this many, none rarer than this.
MOST_WORDS, RAREST = 4000, 5
WINDOW = 2
# Norm of the vectors, twice that of spaCy's random ones: they weigh more than prefix and shape.
LENGTH = 2.0
# Ridge penalty towards a table row's random initial value, in units of a word's token count.
RIDGE = 1.0

Floats = NDArray[np.float32]
Keys = NDArray[np.uint64]
Ints = NDArray[np.intp]


def pretrain(nlp: Language, texts: Sequence[Teaching], *, most_tokens: int, seed: int) -> Iterator[float]:
    """Fit the embeddings of our component in place; yield the share done after each slice of work.

    Computes word vectors from neighbouring words (see `_vectors`), then fits the hashed embedding tables to them by
    least squares: similar words get similar embeddings before the first answer.

    The resulting weights depend only on the initial weights, the ordered texts and the seed.

    Args:
        nlp: a pipeline whose component has the default network of spaCy's `ner`.
        texts: the texts, read in this order.
        most_tokens: about how many tokens are read at most.
        seed: seed of the random projection.
    """
    embed = pretrained_layers(nlp).layers[0]
    read: list[Keys] = []
    for start in range(0, len(texts), READ_AT_ONCE):
        read += _hashes(nlp, embed.layers[0], [text.text for text in texts[start : start + READ_AT_ONCE]])
        if sum(map(len, read)) >= most_tokens:
            break
        yield 0.5 * start / len(texts)
    keys = np.concatenate(read) if read else np.zeros((0, SUFFIX + 1), dtype=np.uint64)
    words, n_words = _words(keys[:, NORM])
    if n_words < 2:
        return
    together = _neighbours(words, [len(each) for each in read], n_words)
    yield 0.6
    tables = _tables(embed)
    vectors = _vectors(together, tables[NORM].get_dim("nO"), seed)
    for done, column in enumerate((NORM, SUFFIX)):
        yield 0.7 + 0.2 * done
        _fit(tables[column], keys[:, column], words, vectors)


def pretrained_layers(nlp: Language) -> Model[Any, Any]:
    """The pretrained part of our component's network: embedding and encoding layers, without the projection."""
    layers: Model[Any, Any] = own_component(nlp).model.get_ref("tok2vec").layers[0]
    return layers


def _hashes(nlp: Language, extract: Model[Any, Any], texts: Sequence[str]) -> Iterator[Keys]:
    """Yield the features of each text, (tokens, features); a long text comes in pieces."""
    docs = [doc for doc in map(nlp.make_doc, texts) if len(doc)]
    for found in extract.predict(docs) if docs else ():
        for start in range(0, len(found), LONGEST):
            yield found[start : start + LONGEST].astype(np.uint64)


def _words(norms: Keys) -> tuple[Ints, int]:
    """Each token's word by frequency rank, -1 for rare words; and the number of words."""
    values, index, counts = np.unique(norms, return_inverse=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    frequent = order[counts[order] >= RAREST][:MOST_WORDS]
    numbers = np.full(len(values), -1)
    numbers[frequent] = np.arange(len(frequent))
    return numbers[index], len(frequent)


def _neighbours(words: Ints, lengths: Sequence[int], n_words: int) -> Floats:
    """(words, words) how often two words occur within `WINDOW` tokens of each other."""
    together = np.zeros((n_words, n_words), dtype=np.float32)
    text = np.repeat(np.arange(len(lengths)), lengths)
    for distance in range(1, WINDOW + 1):
        left, right = words[:-distance], words[distance:]
        counts = (text[:-distance] == text[distance:]) & (left >= 0) & (right >= 0)
        np.add.at(together, (left[counts], right[counts]), 1)
    return together + together.T


def _vectors(together: Floats, width: int, seed: int) -> Floats:
    """Unit vectors of the words: truncated SVD of their positive pointwise mutual information.

    Levy, Goldberg and Dagan 2015, "Improving distributional similarity with lessons learned from word embeddings", with
    their context smoothing; randomized SVD after Halko, Martinsson and Tropp 2011.
    """
    total = together.sum(axis=1) + 1e-9
    context = total**0.75 / (total**0.75).sum()
    information = np.log(np.maximum(together / total[:, None] / context, 1.0))
    sketch = np.random.default_rng(seed).normal(size=(len(total), 2 * width)).astype(np.float32)
    basis = np.linalg.qr(information @ sketch)[0]
    left, strength, _ = np.linalg.svd(basis.T @ information, full_matrices=False)
    vectors = np.zeros((len(total), width), dtype=np.float32)
    found = (basis @ left)[:, :width] * np.sqrt(strength[:width])
    vectors[:, : found.shape[1]] = found
    return _unit(vectors)


def _tables(embed: Model[Any, Any]) -> list[Model[Any, Any]]:
    """The `HashEmbed` of each feature."""
    return [feature.layers[1] for feature in embed.layers[2].layers[0].layers]


def _fit(table: Model[Any, Any], keys: Keys, words: Ints, vectors: Floats) -> None:
    """Fit the rows of a table: the rows of each feature value should sum to the mean vector of its words.

    Least squares weighted by token counts; see `thinc.layers.hashembed` for how values map to rows.
    """
    known = words >= 0
    values, index, counts = np.unique(keys[known], return_inverse=True, return_counts=True)
    pairs, tokens = np.unique(np.stack([index, words[known]]), axis=1, return_counts=True)
    wanted = np.zeros((len(values), vectors.shape[1]), dtype=np.float32)
    np.add.at(wanted, pairs[0], vectors[pairs[1]] * np.log1p(tokens).astype(np.float32)[:, None])
    ops: Any = table.ops
    rows = ops.hash(values, table.attrs["seed"]) % table.get_dim("nV")
    summed = np.zeros((len(values), table.get_dim("nV")), dtype=np.float32)
    np.add.at(summed, (np.arange(len(values)).repeat(rows.shape[1]), rows.ravel()), 1)
    drawn = table.get_param("E")
    missing = LENGTH * _unit(wanted) - summed @ drawn
    weighted = summed.T * counts.astype(np.float32)
    moved = np.linalg.solve(weighted @ summed + RIDGE * np.eye(len(drawn), dtype=np.float32), weighted @ missing)
    table.set_param("E", (drawn + moved).astype(np.float32))


def _unit(vectors: Floats) -> Floats:
    lengths: Floats = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.maximum(lengths, 1e-6)).astype(np.float32)
