"""Texts to rows of spans with exact, calibrated probabilities; for any pipeline, also one that never saw `loop`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from math import exp
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from loop.lattice import Lattice
from loop.scoring.reader import characters, read, recognizers

LIKELY = 0.01
"""The probability from which a span is among "all spans"."""

_DIGITS = 6


def predict(
    nlp: Language,
    texts: Iterable[str],
    *,
    all_spans: bool = False,
    temperatures: Mapping[str, float] | None = None,
    batch_size: int = 256,
) -> Iterator[dict[str, Any]]:
    """One row per text, in order and streaming: `text`, `entropy`, `p` and `spans`.

    `entropy` is in nats and `p` the probability of the pipeline's own reading; each of `spans` has `start` and `end`
    in characters, `label` and its probability `p`. No token of the texts stays in the pipeline's vocabulary, so that
    memory does not grow with their number.

    Args:
        nlp: the pipeline.
        texts: any number of them.
        all_spans: every span of probability `LIKELY` or more, instead of the spans of the pipeline's own reading.
        temperatures: by the name of the component; see `loop.scoring.calibration`.
        batch_size: texts in memory at a time.

    Raises:
        PipelineError: the pipeline cannot be scored; at once, before the first text.
    """
    recognizers(nlp)
    return _rows(nlp, iter(texts), all_spans, temperatures, batch_size)


def _rows(
    nlp: Language, texts: Iterator[str], all_spans: bool, temperatures: Mapping[str, float] | None, batch_size: int
) -> Iterator[dict[str, Any]]:
    while batch := list(islice(texts, batch_size)):
        with nlp.memory_zone():
            scored = read(nlp, batch, temperatures=temperatures, batch_size=batch_size)
            rows = [
                row(text, doc, lattice, all_spans=all_spans) for text, (doc, lattice) in zip(batch, scored, strict=True)
            ]
        yield from rows


def row(text: str, doc: Doc, lattice: Lattice, *, all_spans: bool) -> dict[str, Any]:
    """What `predict` yields of a text whose doc has been read."""
    p = dict(lattice.spans(LIKELY))
    if not all_spans and not p.keys() >= {*lattice.own}:  # the reading found greedily may be improbable
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
