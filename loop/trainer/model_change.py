"""How much a round changed what the pipeline finds in texts that nobody has answered."""

from __future__ import annotations

from collections.abc import Collection
from itertools import accumulate

from loop.learning.evaluate import predicted
from loop.learning.learner import Learner
from loop.quality import strict_f1
from loop.records import Span
from loop.store import Store

# Texts read after every round: a few hundred entities, a fraction of a second. Long ones are fewer.
SAMPLE, CHARACTERS = 300, 200_000
# With fewer texts left nothing is said.
ENOUGH = 50


class Agreeing:
    """Compares each round with the one before it, on the same random texts."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._before: dict[str, Collection[Span]] = {}

    def begin(self, learner: Learner) -> None:
        """Read with the pipeline as it is before a round; what was read after the last one is known already."""
        texts = _first([text.text for text in self._store.corpus.fixed_sample(SAMPLE)])
        unread = [text for text in texts if text not in self._before]
        self._before = {text: self._before[text] for text in texts if text in self._before}
        self._before |= _found(learner, unread)

    def end(self, learner: Learner) -> float | None:
        """F1 in percent of what the pipeline finds now against what it found before; None without any entity."""
        before, self._before = self._before, _found(learner, list(self._before))
        if len(before) < ENOUGH:
            return None
        return strict_f1((spans, self._before[text]) for text, spans in before.items())

    def forget(self) -> None:
        """The next round begins with another pipeline than the last left."""
        self._before = {}


def _first(texts: list[str]) -> list[str]:
    """Of the texts the first with `CHARACTERS` together, and `ENOUGH` at least."""
    before = accumulate(map(len, texts), initial=0)
    return [text for n, (text, read) in enumerate(zip(texts, before, strict=False)) if n < ENOUGH or read < CHARACTERS]


def _found(learner: Learner, texts: list[str]) -> dict[str, Collection[Span]]:
    with learner.published() as nlp:
        return dict(zip(texts, predicted(nlp, texts), strict=True))
