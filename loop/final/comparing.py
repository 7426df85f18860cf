"""Compare the final model with the last round, with a confidence interval."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from spacy.language import Language

from loop.base.adoption import visible_spans
from loop.base.batching import piped
from loop.intervals import Range, counts, difference, over_units
from loop.progress.held_out_gold import EvaluatedText, GoldText
from loop.progress.scores import Scores, scores
from loop.quality import strict_f1
from loop.records import Span


@dataclass(frozen=True, slots=True)
class Comparison:
    """F1 of two pipelines on the same texts, in percent.

    Attributes:
        gold: spans to find in them.
        interval: 95% interval of the difference; None if there are too few texts.
    """

    texts: int
    gold: int
    before: float
    after: float
    interval: Range | None

    @property
    def verdict(self) -> str:
        """The conclusion, in words."""
        low, high = self.interval or (0.0, 0.0)
        if low > 0:
            return "the final model is better"
        if high < 0:
            return "the last round is better"
        return "not significant"


def compared(before: Language, after: Language, gold: Sequence[GoldText], labels: Sequence[str]) -> Comparison | None:
    """Compare two pipelines on texts that neither has learned; None without any."""
    if not gold:
        return None
    tables = [_table(nlp, gold, labels) for nlp in (before, after)]
    both = np.stack([table.sum(axis=1) for table in tables], axis=1)
    f1, other, interval = difference(over_units(both, [one.unit for one in gold]))
    return Comparison(len(gold), sum(len(one.spans) for one in gold), f1, other, interval)


def _table(nlp: Language, gold: Sequence[GoldText], labels: Sequence[str]) -> np.ndarray:
    found = entities_found(nlp, [one.text for one in gold])
    asked = [_asked(spans, one) for spans, one in zip(found, gold, strict=True)]
    return counts(asked, [one.spans for one in gold], labels)


def _asked(spans: Collection[Span], gold: GoldText) -> tuple[Span, ...]:
    return tuple(sorted(span for span in spans if span.label in gold.labels))


def pipeline_scores(nlp: Language, gold: Sequence[GoldText], labels: Sequence[str]) -> Scores | None:
    """The scores of a whole pipeline on texts it has not learned; None without any."""
    found = entities_found(nlp, [one.text for one in gold])
    read = [EvaluatedText(one, _asked(spans, one)) for one, spans in zip(gold, found, strict=True)]
    return scores(read, labels)


def agreement_on_the_rest(
    before: Language, after: Language, texts: Sequence[str], taught: Collection[str]
) -> float | None:
    """F1 (percent) between the predictions of two pipelines for labels not in `taught`; None without such spans."""
    found, now = (
        [[span for span in spans if span.label not in taught] for spans in entities_found(nlp, texts)]
        for nlp in (before, after)
    )
    return strict_f1(zip(found, now, strict=True))


def entities_found(nlp: Language, texts: Collection[str]) -> list[set[Span]]:
    """The entities a whole pipeline finds in each text; leaves none of the texts' tokens in the vocabulary."""
    with nlp.memory_zone():
        return [set(visible_spans(doc)) for doc in piped(nlp, texts)]
