"""Precision, recall and F with what chance does to them: bootstrap intervals over texts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loop.records import Span

RESAMPLES = 1000
LEVEL = 95.0
SEED = 0  # the same counts give the same interval
_AT_ONCE = 100  # resamples in memory at a time

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Measure:
    """Precision, recall and F in percent, each with its 95 % interval."""

    p: float
    r: float
    f: float
    p_interval: Range
    r_interval: Range
    f_interval: Range


def counts(
    found: Sequence[Collection[Span]], gold: Sequence[Collection[Span]], labels: Sequence[str]
) -> NDArray[np.int64]:
    """(texts, labels, 3): how many entities of each text are right, found, and gold; right means the same span."""
    table = np.zeros((len(gold), len(labels), 3), dtype=np.int64)
    column = {label: i for i, label in enumerate(labels)}
    for row, predicted, true in zip(table, found, gold, strict=True):
        for kind, spans in enumerate((set(predicted) & set(true), set(predicted), set(true))):
            for span in spans:
                if span.label in column:
                    row[column[span.label], kind] += 1
    return table


def measures(table: NDArray[np.int64]) -> list[Measure]:
    """One measure per column of `counts`, all over the same resamples of the texts (percentile bootstrap, Efron 1979).

    Args:
        table: (texts, columns, 3); the sum over the columns is a column like any other.
    """
    columns = table.shape[1]
    points = _scores(table.sum(axis=0))
    resampled = np.concatenate([_scores(sums) for sums in _resampled(table)]).reshape(-1, columns, 3)
    low, high = np.percentile(resampled, [(100 - LEVEL) / 2, (100 + LEVEL) / 2], axis=0)
    return [
        Measure(*point.tolist(), *(tuple(pair) for pair in zip(below.tolist(), above.tolist(), strict=True)))
        for point, below, above in zip(points, low, high, strict=True)
    ]


def _resampled(table: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """The sums over as many texts, drawn with replacement; (resamples, columns, 3) in parts."""
    texts = len(table)
    rng = np.random.default_rng(SEED)
    flat = table.reshape(texts, -1)
    draws = (rng.integers(texts, size=(_AT_ONCE, texts)) for _ in range(RESAMPLES // _AT_ONCE))
    times = (np.array([np.bincount(draw, minlength=texts) for draw in part]) for part in draws)
    return [(part @ flat).reshape(-1, *table.shape[1:]) for part in times]


def _scores(sums: NDArray[np.int64]) -> NDArray[np.float64]:
    """(…, 3) right, found and gold become precision, recall and F in percent, 0 where nothing is to be divided by."""
    right, found, gold = np.moveaxis(sums, -1, 0).astype(float)
    parts = [right / np.maximum(found, 1), right / np.maximum(gold, 1), 2 * right / np.maximum(found + gold, 1)]
    return 100 * np.stack(parts, axis=-1)
