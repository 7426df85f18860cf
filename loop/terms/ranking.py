"""Which terms to propose next: near to what was confirmed for a label, far from what was refused."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush

import numpy as np

from loop.terms.pool_terms import PoolTerms, Words
from loop.terms.similarity import Matrix, TermVectors

NEAREST = 5  # confirmed terms that count
# Weights of the nearest refused term, and of the logarithm of the frequency: chosen on three sets (decision 0104).
REFUSED, FREQUENT = 0.35, 0.04
EXCLUDED = -np.inf


class Ranking:
    """Ranks the candidates of a pool."""

    def __init__(self, pool: PoolTerms, vectors: TermVectors) -> None:
        self._candidates = list(pool.candidates)
        self._number = {words: number for number, words in enumerate(self._candidates)}
        self._vectors = vectors
        self._rows = vectors.of(self._candidates)
        self._bonus = FREQUENT * np.log(np.array(list(pool.candidates.values()), dtype=np.float32))

    def proposals(
        self,
        confirmed: Mapping[str, Sequence[Words]],
        refused: Mapping[str, Sequence[Words]],
        *,
        without: Collection[Words],
        behind: Mapping[str, int],
    ) -> Iterator[tuple[Words, str]]:
        """Yield candidates with the label each fits best: labels take turns, each with its best candidate.

        Args:
            confirmed: terms by label; a label without any gets no proposals.
            refused: terms that do not belong to a label, by label; they are not proposed for it.
            without: terms to leave out.
            behind: how many turns a label is to wait for the others.
        """
        labels = [label for label, terms in confirmed.items() if terms]
        if not labels or not self._candidates:
            return
        vectors = {label: self._vectors.of(confirmed[label]) for label in labels}
        scores = np.stack([self._scores(label, vectors, refused.get(label, ())) for label in labels])
        best, score = scores.argmax(axis=0), scores.max(axis=0)
        order = np.argsort(-score, kind="stable")
        turns = [(behind.get(label, 0), row) for row, label in enumerate(labels)]
        heapify(turns)
        left = [iter(order[(best[order] == row) & (score[order] > EXCLUDED)].tolist()) for row in range(len(labels))]
        while turns:
            waited, row = heappop(turns)
            fitting = (self._candidates[at] for at in left[row])
            if found := next((term for term in fitting if term not in without), None):
                heappush(turns, (waited + 1, row))
                yield found, labels[row]

    def _scores(self, label: str, confirmed: Mapping[str, Matrix], refused: Sequence[Words]) -> Matrix:
        near = np.sort(self._rows @ confirmed[label].T, axis=1)[:, -NEAREST:].mean(axis=1)
        others = (terms for other, terms in confirmed.items() if other != label)
        far = (self._rows @ np.concatenate([self._vectors.of(refused), *others]).T).max(axis=1, initial=0.0)
        scores: Matrix = near - REFUSED * far + self._bonus
        scores[~self._rows.any(axis=1) | (not confirmed[label].any())] = EXCLUDED
        scores[[self._number[words] for words in refused if words in self._number]] = EXCLUDED
        return scores
