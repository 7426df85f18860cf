"""What rounds predict on the same random texts of the pool: how that changes tells what more answers would bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import accumulate
from typing import TYPE_CHECKING

from loop.checkpoints.checkpoints import Checkpoints
from loop.errors import PipelineError
from loop.learning.evaluate import predicted_spans
from loop.progress.model_change import ENOUGH, half_way
from loop.store import Store
from loop.trainer.unread import WAITED_FOR, unread

if TYPE_CHECKING:
    from spacy.language import Language

# Most texts and characters in the sample: a few hundred entities, a fraction of a second per round.
SAMPLE, CHARACTERS = 300, 200_000
# A round is kept beside the newest one if it has learned at least this many times the answers of the one kept before.
GROWTH = 1.1


class PoolPredictions:
    """Keeps the predictions of the newest round, and of earlier ones, fewer the more they have learned."""

    def __init__(self, store: Store, checkpoints: Checkpoints) -> None:
        self._store, self._checkpoints = store, checkpoints
        self._seen = -1
        self._tried: set[int] = set()

    def read(self, round: int, nlp: Language) -> None:
        """Let a round that was just learned read the sample, unless an encoder would have to read much of it first."""
        texts = self.sample()
        if texts and unread(nlp, texts) <= WAITED_FOR:
            self._read(round, nlp, texts)

    def slice(self, nlp: Language) -> bool:
        """Let a saved round read the sample if none is there to compare: that waits until an encoder has read it."""
        if (seen := self._store.journal.last_seq()) == self._seen:
            return False
        texts = self.sample()
        if unread(nlp, texts) > WAITED_FOR:
            return False
        number = self._missing()
        if number is None or not texts:
            self._seen = seen
            return False
        self._tried.add(number)  # once: its predictions may not be among those that are kept
        with suppress(PipelineError):
            self._read(number, self._checkpoints.published(number), texts)
        return True

    def _read(self, round: int, nlp: Language, texts: Sequence[str]) -> None:
        self._store.predictions.put_pool(round, dict(zip(texts, predicted_spans(nlp, texts), strict=True)))
        learned = self._learned()
        known = {number: learned.get(number, 0) for number in self._store.predictions.rounds(pool=True)}
        self._store.predictions.forget_pool(set(known) - set(_spaced(known)))

    def _missing(self) -> int | None:
        """The saved round to read: the newest, or the one nearest to half of its answers; None if both are known."""
        learned, known = self._learned(), set(self._store.predictions.rounds(pool=True))
        saved = [number for number in self._checkpoints.rounds() if learned.get(number) and number not in self._tried]
        newest = max(learned, default=0)
        if newest in saved and newest not in known:
            return newest
        compared = half_way({number: learned.get(number, 0) for number in known}, learned.get(newest, 0))
        fits = {number: learned[number] for number in saved if number not in known}
        return None if compared is not None else half_way(fits, learned.get(newest, 0))

    def _learned(self) -> dict[int, int]:
        """The answers that each round has learned, but for a closing one."""
        return {info.number: info.answers for info in self._store.journal.rounds() if not info.closing}

    def sample(self) -> list[str]:
        """The first unanswered texts by their drawn order, up to `CHARACTERS` in all but at least `ENOUGH` texts."""
        texts = [text.text for text in self._store.corpus.fixed_sample(SAMPLE)]
        before = accumulate(map(len, texts), initial=0)
        some = [text for text, size in zip(texts, before, strict=False) if size < CHARACTERS]
        some = some if len(some) >= ENOUGH else texts[:ENOUGH]
        return some if len(some) >= ENOUGH else []


def _spaced(learned: Mapping[int, int]) -> list[int]:
    """Those of the rounds that are kept, by the number of answers that each has learned."""
    kept: list[int] = []
    for number in sorted(learned):
        if not kept or number == max(learned) or learned[number] >= GROWTH * learned[kept[-1]]:
            kept.append(number)
    return kept
