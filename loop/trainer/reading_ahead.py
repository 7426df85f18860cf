"""Texts of the pool that a project's encoder has read, and reads when the trainer has nothing else to do."""

from __future__ import annotations

import time
from collections.abc import Iterable
from random import Random
from typing import TYPE_CHECKING, TypeVar

from loop.acquire.sections import SECTION
from loop.base.pipeline import ready
from loop.encoder.component import encoder_of
from loop.records import Text
from loop.store import Store
from loop.trainer.rounds import Rounds

if TYPE_CHECKING:
    from spacy.language import Language

# A question or a round waits for at most this plus one text.
SLICE_SECONDS = 0.5
# Texts of the pool that are read ahead: about half of what is kept of features (`loop.encoder.feature_cache.MOST`).
AHEAD = 40_000
# Texts that a queue of questions waits for, about 10 ms each.
UNREAD = 150

AnyText = TypeVar("AnyText", bound=Text)


def soon_read(nlp: Language, texts: Iterable[AnyText]) -> list[AnyText]:
    """Those of the texts, in order, that can be read without a long wait: without an encoder, all."""
    encoder = encoder_of(nlp)
    if encoder is None or encoder.cache is None:
        return list(texts)
    found: list[AnyText] = []
    left = UNREAD
    for text in texts:
        known = encoder.cache.knows(text.text)
        if known or left:
            found.append(text)
            left -= not known
    return found


class ReadingAhead:
    """Reads texts of the pool with the encoder, so that no queue of questions has to wait for it."""

    def __init__(self, store: Store, *, seed: int) -> None:
        self._store, self._seed = store, seed
        self._left: list[Text] = []
        self._pool: int | None = None
        self._all = 0

    def slice(self, rounds: Rounds) -> float | None:
        """Read for about half a second; return the share of the texts that is read, or None if nothing is left."""
        nlp = rounds.learner.nlp
        encoder = encoder_of(nlp)
        if encoder is None or encoder.cache is None:
            return None
        if not self._left and (self._pool is None or self._pool < self._store.corpus.size()):
            self._pool = self._store.corpus.size()
            drawn = self._store.corpus.sample_pool(AHEAD, Random(f"{self._seed}:encoding"))
            self._left = [text for text in drawn if len(text.text) <= SECTION]
            self._all = len(self._left)
        if not self._left:
            return None
        end = time.monotonic() + SLICE_SECONDS
        with nlp.memory_zone():
            while self._left and time.monotonic() < end:
                ready(nlp, [nlp.make_doc(self._left.pop().text)])
        return 1 - len(self._left) / self._all
