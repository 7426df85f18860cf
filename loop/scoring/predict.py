"""Predicts spans with exact, calibrated probabilities, using any spaCy pipeline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from math import exp
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from loop.lattice import Lattice
from loop.scoring.reader import characters, read_docs, recognizers

LIKELY = 0.01
"""The lowest probability of a span in "all spans"."""

_DIGITS = 6


def predict(
    nlp: Language,
    texts: Iterable[str],
    *,
    all_spans: bool = False,
    temperatures: Mapping[str, float] | None = None,
    batch_size: int = 256,
) -> Iterator[dict[str, Any]]:
    """Yield one row per text, in order and streaming: `text`, `entropy`, `p` and `spans`.

    `entropy` is in nats, `p` is the probability of the pipeline's prediction, and each of `spans` has `start` and `end`
    (characters), `label` and its probability `p`. The texts add no words to the pipeline's vocabulary, so memory does
    not grow with their number.

    Args:
        nlp: the pipeline.
        texts: any number of texts.
        all_spans: yield every span with a probability of at least `LIKELY`, instead of the predicted spans only.
        temperatures: by component name; see `loop.scoring.calibration`.
        batch_size: texts in memory at a time.

    Raises:
        PipelineError: the pipeline cannot be scored; raised before the first text is read.
    """
    recognizers(nlp)
    return _rows(nlp, iter(texts), all_spans, temperatures, batch_size)


def _rows(
    nlp: Language, texts: Iterator[str], all_spans: bool, temperatures: Mapping[str, float] | None, batch_size: int
) -> Iterator[dict[str, Any]]:
    while batch := list(islice(texts, batch_size)):
        with nlp.memory_zone():
            scored = read_docs(nlp, batch, temperatures=temperatures, batch_size=batch_size)
            rows = [
                row(text, doc, lattice, all_spans=all_spans) for text, (doc, lattice) in zip(batch, scored, strict=True)
            ]
        yield from rows


def row(text: str, doc: Doc, lattice: Lattice, *, all_spans: bool) -> dict[str, Any]:
    """The row that `predict` yields for a text."""
    p = dict(lattice.spans(LIKELY))
    if not all_spans and not p.keys() >= {*lattice.own}:  # a greedy prediction may be improbable
        p = dict(lattice.spans(0.0))
    shown = sorted(p) if all_spans else lattice.own
    spans = [(characters(doc, span), p.get(span, 0.0)) for span in shown]
    return {
        "text": text,
        "entropy": round(lattice.entropy, _DIGITS),
        "p": round(exp(lattice.logp(lattice.own)), _DIGITS),
        "spans": [
            {"start": span.start, "end": span.end, "label": span.label, "p": round(q, _DIGITS)} for span, q in spans
        ],
    }
