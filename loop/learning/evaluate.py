"""Evaluates predicted entities against gold ones: strict precision, recall and F1."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from spacy.language import Language
from spacy.scorer import PRFScore

from loop.base.adoption import visible_spans
from loop.base.batching import piped
from loop.base.pipeline import COMPONENT, needed
from loop.records import Span

Finder = Callable[[Sequence[str]], list[set[Span]]]


@dataclass(frozen=True, slots=True)
class StrictScore:
    """Entity precision, recall and F1 in percent; a correct entity has the right start, end and label."""

    p: float
    r: float
    f1: float


def evaluate(nlp: Language, gold: Iterable[tuple[str, Collection[Span]]], *, labels: Collection[str]) -> StrictScore:
    """Score our component on pairs of text and gold spans, counting only spans of `labels`."""
    texts, spans = zip(*gold, strict=True)
    score = PRFScore()
    for found, right in zip(predicted_spans(nlp, texts), spans, strict=True):
        score.score_set(
            {span for span in found if span.label in labels}, {span for span in right if span.label in labels}
        )
    return StrictScore(100 * score.precision, 100 * score.recall, 100 * score.fscore)


def predicted_spans(nlp: Language, texts: Iterable[str]) -> list[set[Span]]:
    """The entities that our component predicts in each text; the texts add no words to the vocabulary."""
    with nlp.memory_zone(), nlp.select_pipes(enable=[*needed(nlp), COMPONENT]):
        return [set(visible_spans(doc)) for doc in piped(nlp, texts)]
