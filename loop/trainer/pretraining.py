"""Pretraining in the background: runs in slices while nothing else is due; an event puts the result into effect."""

from __future__ import annotations

import time
from collections.abc import Iterator
from random import Random

from loop.base.pipeline import recognizers_of_base
from loop.checkpoints.checkpoints import Checkpoints
from loop.encoder.component import encoder_of
from loop.held_out import Teaching
from loop.learning.learner import Learner
from loop.learning.pretraining import pretrain, pretrained_layers
from loop.progress.held_out_gold import held_out_now, reserved
from loop.settings import ProjectPaths, Settings
from loop.store import Store
from loop.trainer.pretrained import Pretrained
from loop.trainer.rounds import Rounds

# A due round waits for at most this plus one piece of work, the longest of which takes about a second.
SLICE_SECONDS = 0.5
# Bounds the work for long texts: half a minute of tokenizing, a hundred megabytes.
MOST_TOKENS = 1_000_000


class Pretraining:
    """Pretraining in slices; if interrupted, it starts over, with the same result."""

    def __init__(self, paths: ProjectPaths, settings: Settings, store: Store) -> None:
        self._settings, self._store = settings, store
        self._checkpoints = Checkpoints(paths.models, paths.features)
        self._pretrained = Pretrained(paths, store)
        self._gold = reserved(settings, paths)
        self._learner: Learner | None = None
        self._work: Iterator[float] = iter(())
        self._seen = -1

    def slice(self, rounds: Rounds) -> float | None:
        """Work for about `SLICE_SECONDS`; return the share done, or None if there is nothing to do.

        When it is finished, the next of the `rounds` starts from the pretrained weights.
        """
        if self._learner is None and self._is_worth_it(rounds):
            self._begin()
        if self._learner is None:
            return None
        started = time.monotonic()
        for done in self._work:
            if time.monotonic() - started > SLICE_SECONDS:
                return done
        self._pretrained.land(pretrained_layers(self._learner.nlp).to_bytes(), round=rounds.newest + 1)
        self._learner = None
        return 1.0

    def _is_worth_it(self, rounds: Rounds) -> bool:
        """Whether the network is untrained, sees neither word vectors nor an encoder, and there are enough texts.

        Recomputed only after a new event.
        """
        seen = self._store.journal.last_seq()
        if seen == self._seen:
            return False
        self._seen = seen
        settings = self._settings.pretrain
        return (
            settings.texts > 0
            and not recognizers_of_base(rounds.learner.nlp)
            and not rounds.learner.nlp.vocab.vectors.shape[0]
            and encoder_of(rounds.learner.nlp) is None
            and self._pretrained.round() is None
            and self._store.corpus.size() >= settings.at_least
        )

    def _begin(self) -> None:
        self._learner = self._checkpoints.load(0)
        seed = self._settings.project.seed
        self._work = pretrain(self._learner.nlp, self._texts(), most_tokens=MOST_TOKENS, seed=seed)

    def _texts(self) -> list[Teaching]:
        """A random sample of the corpus, answered or not, without held-out texts."""
        rng = Random(f"{self._settings.project.seed}:pretraining")
        drawn = self._store.corpus.sample(self._settings.pretrain.texts, rng)
        return held_out_now(self._store, self._settings, self._gold).teaching(drawn)
