"""Coefficients of agreement between annotators, as functions of plain arrays.

What annotators say is an array of (annotators, …, tokens): the category of each token, numbered from 0, or `MISSING`.
The axes between are separate questions about the same tokens, such as the labels, one by one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Categories = NDArray[np.int64]
Floats = NDArray[np.float64]

MISSING = -1


def confusion_tables(said: Categories, categories: int) -> Floats:
    """(…, categories, categories) numbers of tokens by the first and the second annotator's category.

    Args:
        said: (2, …, tokens); a token that one of the two says nothing about does not count.
        categories: their number.
    """
    one, other = _one_hot(said, categories)
    return np.asarray(np.einsum("...tc,...tk->...ck", one, other))


def coincidence_tables(said: Categories, categories: int) -> Floats:
    """(…, categories, categories) numbers of pairs of annotators' categories for the same token.

    Both orders of a pair count, and a token counts as often as it has annotators (Krippendorff 2011, "Computing
    Krippendorff's alpha-reliability"). One that fewer than two say something about does not count.

    Args:
        said: (annotators, …, tokens).
        categories: their number.
    """
    counts = _one_hot(said, categories).sum(axis=0)
    annotators = counts.sum(axis=-1)
    weights = np.where(annotators > 1, 1 / np.maximum(annotators - 1, 1), 0.0)
    pairs = np.einsum("...tc,...tk,...t->...ck", counts, counts, weights)
    with_itself = np.einsum("...tc,...t->...c", counts, weights)
    return np.asarray(pairs - with_itself[..., None] * np.eye(categories))


def _one_hot(said: Categories, categories: int) -> Floats:
    return np.asarray(said[..., None] == np.arange(categories), dtype=float)


def cohens_kappa(tables: Floats) -> Floats:
    """(…) Cohen's kappa (1960, "A coefficient of agreement for nominal scales"); nan where chance explains everything.

    Args:
        tables: (…, categories, categories) as from `confusion_tables`.
    """
    total = tables.sum(axis=(-2, -1))
    agreed = np.trace(tables, axis1=-2, axis2=-1) * total
    by_chance = (tables.sum(axis=-1) * tables.sum(axis=-2)).sum(axis=-1)
    return _above_chance(agreed, by_chance, total**2)


def krippendorffs_alpha(tables: Floats) -> Floats:
    """(…) Krippendorff's alpha for nominal data, which may be missing; nan where nobody uses a second category.

    Args:
        tables: (…, categories, categories) as from `coincidence_tables`.
    """
    margins = np.rint(tables.sum(axis=-1))  # whole numbers of categories given, but for rounding errors
    total = margins.sum(axis=-1)
    agreed = np.trace(tables, axis1=-2, axis2=-1) * np.maximum(total - 1, 0)
    by_chance = (margins * (margins - 1)).sum(axis=-1)
    return _above_chance(agreed, by_chance, total * np.maximum(total - 1, 0))


def _above_chance(agreed: Floats, by_chance: Floats, most: Floats) -> Floats:
    """Agreement above chance, of what is possible above chance."""
    possible = most - by_chance
    return np.asarray(np.where(possible > 0, (agreed - by_chance) / np.where(possible > 0, possible, 1.0), np.nan))
