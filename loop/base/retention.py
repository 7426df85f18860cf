"""Measures how well the pipeline retains the base's predictions for labels that are not taught."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from spacy.language import Language

from loop.base.adoption import hidden, is_hidden, visible_spans
from loop.base.base_reader import BaseReader
from loop.base.batching import piped
from loop.base.pipeline import known_labels
from loop.records import Span

# With fewer spans in the sample, the score of a label would be noise.
ENOUGH = 10


def agreement_by_label(nlp: Language, base: BaseReader, texts: Sequence[str]) -> dict[str, float]:
    """F1 (percent) of the pipeline's spans against the base's, by label.

    Covers the labels that are not taught and of which the base finds at least `ENOUGH` spans. Spans of the base that
    overlap a span of a taught label do not count.
    """
    of_base, of_pipeline, in_both = Counter[str](), Counter[str](), Counter[str]()
    ours = known_labels(nlp)
    with nlp.memory_zone():
        for doc in piped(nlp, texts, disable=[name for name in nlp.pipe_names if name not in base.relevant]):
            found = visible_spans(doc)
            taught = [span for span in found if span.label in ours]
            theirs = {span for span in base(doc.text) if not any(map(span.overlaps, taught))}
            rest = {Span(span.start, span.end, hidden(span.label)) for span in found if span.label not in ours}
            of_base.update(span.label for span in theirs)
            of_pipeline.update(span.label for span in rest)
            in_both.update(span.label for span in theirs & rest)
    names = {label: hidden(label) for label in sorted(base.labels) if not is_hidden(label)}
    return {
        label: 200 * in_both[name] / (of_base[name] + of_pipeline[name])
        for label, name in names.items()
        if of_base[name] >= ENOUGH
    }
