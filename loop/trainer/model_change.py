"""Measures how much a round changed the pipeline's predictions on unanswered texts."""

from __future__ import annotations

from collections.abc import Collection
from itertools import accumulate

from loop.learning.evaluate import predicted_spans
from loop.learning.learner import Learner
from loop.quality import strict_f1
from loop.records import Span
from loop.store import Store

# Most texts and characters in the sample: a few hundred entities, a fraction of a second per round.
SAMPLE, CHARACTERS = 300, 200_000
# With fewer unanswered texts left, the change is not measured.
ENOUGH = 50


class ModelChange:
    """Compares the predictions of each round with those of the previous one, on the same random texts."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._before: dict[str, Collection[Span]] = {}

    def begin(self, learner: Learner) -> None:
        """Predict before a round, unless the predictions after the previous one are still valid."""
        texts = _first([text.text for text in self._store.corpus.fixed_sample(SAMPLE)])
        unread = [text for text in texts if text not in self._before]
        self._before = {text: self._before[text] for text in texts if text in self._before}
        self._before |= _found(learner, unread)

    def end(self, learner: Learner) -> float | None:
        """F1 (percent) of the predictions after the round against those before; None without any entity."""
        before, self._before = self._before, _found(learner, list(self._before))
        if len(before) < ENOUGH:
            return None
        return strict_f1((spans, self._before[text]) for text, spans in before.items())

    def forget(self) -> None:
        """Discard the predictions: the next round starts from another pipeline than the last one's."""
        self._before = {}


def _first(texts: list[str]) -> list[str]:
    """The first texts, up to `CHARACTERS` in all but at least `ENOUGH` texts."""
    before = accumulate(map(len, texts), initial=0)
    return [text for n, (text, read) in enumerate(zip(texts, before, strict=False)) if n < ENOUGH or read < CHARACTERS]


def _found(learner: Learner, texts: list[str]) -> dict[str, Collection[Span]]:
    with learner.published() as nlp:
        return dict(zip(texts, predicted_spans(nlp, texts), strict=True))
