"""Texts of the pool that a project's encoder has read, and reads when the trainer has nothing else to do."""

from __future__ import annotations

import time
from collections.abc import Iterator
from random import Random

from loop.acquire.sections import sections
from loop.base.pipeline import ready
from loop.encoder.component import encoder_of
from loop.store import Store
from loop.trainer.rounds import Rounds

# A question or a round waits for at most this plus one text.
SLICE_SECONDS = 0.5
# Most texts of the pool that are read ahead; it ends before, when half of the room for features is taken.
AHEAD = 40_000


class ReadingAhead:
    """Reads texts of the pool with the encoder, so that no queue of questions has to wait for it."""

    def __init__(self, store: Store, *, seed: int) -> None:
        self._store, self._seed = store, seed
        self._compared: list[str] = []
        self._left: list[str] = []
        self._pool: int | None = None
        self._all = 0

    def slice(self, rounds: Rounds) -> float | None:
        """Read for about half a second; return the share of the texts that is read, or None if nothing is left."""
        nlp = rounds.learner.nlp
        encoder = encoder_of(nlp)
        if encoder is None or encoder.cache is None:
            return None
        if self._pool is None or (not self._left and self._pool < self._store.corpus.size()):
            self._pool = self._store.corpus.size()
            self._compared, self._left = rounds.pool_sample(), list(self._parts())
            self._all = len(self._compared) + len(self._left)
        if encoder.cache.is_half_full:
            self._left.clear()
        if not (self._compared or self._left):
            return None
        end = time.monotonic() + SLICE_SECONDS
        with nlp.memory_zone():
            while (waiting := self._compared or self._left) and time.monotonic() < end:
                ready(nlp, [nlp.make_doc(waiting.pop())])
        return 1 - (len(self._compared) + len(self._left)) / self._all

    def _parts(self) -> Iterator[str]:
        """Texts of the pool, or their sections, as questions are asked about them."""
        for text in self._store.corpus.sample_pool(AHEAD, Random(f"{self._seed}:encoding")):
            yield from (text.text[slice(*part)] for part in sections(text.text))
