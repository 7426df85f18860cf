"""What annotators say about each token: its label, or that it is outside, where they were asked.

A token has the label of the span that it is in; whether it begins the span makes no difference, since edges count in F1
already. A token that a span covers in part belongs to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from loop.quality.agreement import MISSING, Categories
from loop.records import Passage, Span
from loop.truth import Truth

Bools = NDArray[np.bool_]

OUTSIDE = 0


def token_labels(truth: Truth, tokens: NDArray[np.int64], labels: Sequence[str]) -> tuple[Categories, Bools]:
    """The label of each token, and which labels are known there.

    Only complete answers, of the text or of a passage, make a label known: "yes" and "no" to single spans are about
    places that somebody picked, and would tell more about these than about the annotators.

    Args:
        truth: what one annotator says.
        tokens: (tokens, 2) character offsets.
        labels: the labels to tell apart.

    Returns:
        (tokens,) `OUTSIDE` or 1 + the index of a label; (tokens, labels) whether all spans of the label are known.
    """
    values = np.full(len(tokens), OUTSIDE, dtype=np.int64)
    known = np.tile(_among(labels, truth.labels), (len(tokens), 1))
    for passage in truth.passages:
        known[_touched(tokens, (passage.start, passage.end))] |= _among(labels, passage.labels)
    for span in truth.unclear:
        known[_touched(tokens, (span.start, span.end))] = False
    index = {label: n for n, label in enumerate(labels, start=1)}
    for span in truth.spans:
        if span.label in index:
            values[_touched(tokens, (span.start, span.end))] = index[span.label]
    return values, known


def _among(labels: Sequence[str], known: Iterable[str]) -> Bools:
    return np.isin(labels, list(known)) if labels else np.zeros(0, dtype=bool)


def _touched(tokens: NDArray[np.int64], place: Passage) -> Bools:
    return np.asarray((tokens[:, 0] < place[1]) & (tokens[:, 1] > place[0]))


def over_all_labels(values: Categories, known: Bools) -> Categories:
    """(annotators, tokens) the labels of tokens, as far as they can be compared; `MISSING` elsewhere.

    The labels that two annotators and more know in a place are told apart there, others count as outside; who knows
    only some of them is left out. So it never depends on an answer whether it counts.

    Args:
        values: (annotators, tokens) as from `token_labels`.
        known: (annotators, tokens, labels).
    """
    compared = known.sum(axis=0) > 1
    takes_part = (known | ~compared).all(axis=-1) & compared.any(axis=-1)
    padded = np.pad(compared, ((0, 0), (1, 0)))  # a column for `OUTSIDE`
    is_compared = padded[np.arange(values.shape[1]), values]
    return np.where(takes_part, np.where(is_compared, values, OUTSIDE), MISSING)


def label_by_label(values: Categories, known: Bools) -> Categories:
    """(annotators, labels, tokens) whether a token has the label, 1 or 0; `MISSING` where that is not known."""
    has = values[..., None] == np.arange(1, known.shape[-1] + 1)
    return np.where(known, has, MISSING).swapaxes(1, 2)


def compared_spans(one: Truth, other: Truth) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """The spans of each of two annotators in places where both were asked for all spans of their labels."""
    mine, theirs = (
        tuple(span for span in each.spans if _knows(one, span) and _knows(other, span)) for each in (one, other)
    )
    return mine, theirs


def _knows(truth: Truth, span: Span) -> bool:
    is_asked = span.label in truth.labels or any(passage.covers(span) for passage in truth.passages)
    return is_asked and not any(map(span.overlaps, truth.unclear))
