"""What the pipelines of the rounds find in the held-out texts: of a new round at once, of older ones when idle."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from loop.checkpoints.checkpoints import Checkpoints
from loop.errors import PipelineError
from loop.learning.evaluate import Finder, predicted
from loop.progress.held_out_gold import GoldText, gold_texts, measured, measured_round
from loop.progress.scores import headline, scores
from loop.settings import ProjectPaths, Settings
from loop.store import Store
from loop.trainer.rounds import Rounds

# Texts read at a time while idle: an answer that comes in meanwhile waits for a fraction of a second.
SLICE = 50
# An older round is loaded for so many texts at least: loading takes longer than reading them.
WORTH_LOADING = 5


class Measuring:
    """Keeps what rounds find up to date with the held-out texts."""

    def __init__(self, paths: ProjectPaths, settings: Settings, store: Store) -> None:
        self._paths, self._settings, self._store = paths, settings, store
        self._checkpoints = Checkpoints(paths.models)
        self._done = -1
        self._opened: tuple[int, Finder] | None = None
        self._unreadable: set[int] = set()

    def measure(self, rounds: Rounds) -> None:
        """Read all held-out texts with the pipeline of the last round."""
        gold = gold_texts(self._store, self._settings, self._paths)
        with rounds.learner.published() as nlp:
            self._read(partial(predicted, nlp), rounds.number, gold)
        self._say(gold)

    def slice(self) -> bool:
        """Read some texts that a round has not read, since they were answered later; False when there are none to read.

        The newest round comes first; the others wait until it is worth the loading.
        """
        seq = self._store.journal.last_seq()
        if seq == self._done:
            return False
        gold = gold_texts(self._store, self._settings, self._paths)
        kept = self._checkpoints.rounds()
        for number in (n for n in reversed(kept) if n not in self._unreadable):
            known = self._store.predictions.of(number, [one.text for one in gold])
            lacking = [one for one in gold if one.text not in known]
            enough = 1 if number == kept[-1] else min(WORTH_LOADING, len(gold))
            if lacking and len(lacking) >= enough:
                self._read_old(number, lacking[:SLICE])
                return True
        self._say(gold)
        self._done, self._opened = seq, None
        return False

    def _read_old(self, number: int, gold: Sequence[GoldText]) -> None:
        """Read with a kept checkpoint; one that is damaged is left to whoever learns on from it."""
        try:
            self._read(self._finder(number), number, gold)
        except PipelineError:
            self._unreadable.add(number)

    def _finder(self, number: int) -> Finder:
        if self._opened is None or self._opened[0] != number:
            self._opened = number, partial(predicted, self._checkpoints.published(number))
        return self._opened[1]

    def _read(self, find: Finder, number: int, gold: Sequence[GoldText]) -> None:
        texts = [one.text for one in gold]
        if texts:
            self._store.predictions.put(number, dict(zip(texts, find(texts), strict=True)))

    def _say(self, gold: Sequence[GoldText]) -> None:
        """Write down what the screen shows: it has no time to work it out."""
        last = measured_round(self._store)
        found = measured(self._store, gold, last) if last is not None else []
        self._store.journal.set_headline(headline(scores(found, self._settings.project.labels)))
