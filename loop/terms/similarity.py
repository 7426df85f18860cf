"""How alike terms are: by word vectors or, without any, by the words that stand beside them in the pool."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from spacy.vectors import Vectors

from loop.base.vectors import of_table
from loop.terms.pool_terms import PoolTerms, Words

if TYPE_CHECKING:
    from numpy.typing import NDArray

Matrix: TypeAlias = "NDArray[np.float32]"

WINDOW = 2  # words on either side
CONTEXTS = 500  # most frequent words that are counted beside others
DIMENSIONS = 100
# What they weigh beside word vectors, and what it weighs whether words are written with a capital.
BESIDE_A_TABLE, CAPITALS = 0.5, 0.5


class TermVectors:
    """The vectors of terms: the mean of their words' vectors, of unit length; 0 if no word has one."""

    def __init__(self, words: Sequence[str], vectors: Matrix) -> None:
        self._row = {word: row for row, word in enumerate(words)}
        self._vectors = _unit(vectors)

    def of(self, terms: Sequence[Words]) -> Matrix:
        """One row per term."""
        found = np.zeros((len(terms), self._vectors.shape[1]), dtype=np.float32)
        for row, term in enumerate(terms):
            known = [self._row[word] for word in term if word in self._row]
            if known:
                found[row] = self._vectors[known].mean(axis=0)
        return _unit(found)


def term_vectors(pool: PoolTerms, table: Vectors | None) -> TermVectors:
    """Vectors of the pool's terms: from the pool's own contexts and capitals and, where there is one, from a table."""
    contexts = _unit(of_contexts(pool))
    capitals = np.stack([pool.capitals, 1 - pool.capitals], axis=1).astype(np.float32)
    known = [contexts] if table is None else [_unit(of_table(table, pool.words)), BESIDE_A_TABLE * contexts]
    return TermVectors(pool.words, np.hstack([*known, CAPITALS * capitals]))


def of_contexts(pool: PoolTerms) -> Matrix:
    """Vectors from the pool alone: positive pointwise mutual information with the frequent words beside them.

    Its leading singular vectors, as in Levy et al. 2015, "Improving distributional similarity with lessons learned from
    word embeddings", with their weights halved (the exponent 0.5).
    """
    counts = _neighbour_counts(pool)
    together, left, right = counts.sum(), counts.sum(axis=1, keepdims=True), counts.sum(axis=0, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        information = np.maximum(np.nan_to_num(np.log(counts * together / (left * right)), neginf=0), 0)
    values, axes = np.linalg.eigh(information.T @ information)
    kept = slice(max(0, len(values) - DIMENSIONS), None)
    weights = np.maximum(values[kept], 1e-9) ** -0.25
    return np.asarray(information @ (axes[:, kept] * weights), dtype=np.float32)


def _neighbour_counts(pool: PoolTerms) -> Any:
    """How often each word of the pool has each of the frequent words beside it."""
    several = len(pool.words)
    counts = np.bincount(pool.ids, minlength=several)
    frequent = np.argsort(-counts, kind="stable")[:CONTEXTS]
    column = np.full(several, -1)
    column[frequent] = np.arange(len(frequent))
    found = np.zeros((several, len(frequent)), dtype=np.float32)
    for distance in range(1, WINDOW + 1):
        here, there = pool.ids[:-distance], pool.ids[distance:]
        same = pool.of[:-distance] == pool.of[distance:]
        for word, neighbour in ((here[same], there[same]), (there[same], here[same])):
            seen = column[neighbour] >= 0
            np.add.at(found, (word[seen], column[neighbour[seen]]), 1)
    return found


def _unit(vectors: Matrix) -> Matrix:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0), np.float32)
