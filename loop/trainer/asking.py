"""The next questions: read candidates from the pool, rank them, mix the shares, publish the queue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from random import Random

from loop.acquire.acquisition import get_acquisition
from loop.acquire.coldstart import most_hit, most_typical
from loop.acquire.queue import Pick, interleave
from loop.acquire.scored import Scored
from loop.ner.patterns import Patterns
from loop.ner.questions import Read, question, read
from loop.records import Share
from loop.settings import ProjectPaths, Settings
from loop.store import Store
from loop.trainer.rounds import Rounds

# Questions chosen by patterns make room for those chosen by doubt: half of them at first, none after so many answers.
PATTERN_SHARE = 0.5
COLD_START_ANSWERS = 100
# Laid out again when fewer than this share of the questions is left, though no round has come in between.
LOW_QUEUE = 1 / 3


class Asking:
    """Lays out the questions of a project.

    Raises:
        SettingsError: the strategy in loop.cfg is no acquisition function.
    """

    def __init__(self, paths: ProjectPaths, settings: Settings, store: Store) -> None:
        self._paths = paths
        self._settings = settings
        self._store = store
        self._acquire = get_acquisition(settings.acquire.strategy)

    def is_stale(self, round: int) -> bool:
        """Whether the queue was made by another round than the last, or runs low while the pool does not."""
        if self._store.questions.queue_round() != round:
            return True
        waiting = self._store.questions.waiting()
        full = min(self._settings.queue.size, self._settings.acquire.candidates)
        return waiting < full * LOW_QUEUE and self._store.corpus.pool_size() > waiting

    def refill(self, rounds: Rounds, *, answered: int) -> None:
        """Read candidates with the pipeline that the last round published and put a new queue in force.

        Args:
            rounds: the finished ones.
            answered: how many answers train so far; the fewer, the more questions come from patterns.
        """
        settings, round = self._settings, rounds.number
        rng = Random(f"{settings.project.seed}:queue:{round}:{self._store.corpus.pool_size()}")
        texts = self._store.corpus.sample_pool(settings.acquire.candidates, rng)
        with rounds.learner.published() as nlp:
            hits = None
            if settings.project.patterns is not None and answered < COLD_START_ANSWERS:
                patterns = self._paths.resolve(settings.project.patterns)
                hits = Patterns(nlp, patterns, labels=settings.project.labels).hits
            candidates = {one.text.id: one for one in read(nlp, texts, temperature=rounds.temperature, hits=hits)}
        picks = self._choose(candidates, answered, rng)
        asked = [question(candidates[pick.text_id], share=pick.share, round=round) for pick in picks]
        self._store.questions.publish(asked, round=round)

    def _choose(self, candidates: Mapping[int, Read], answered: int, rng: Random) -> list[Pick]:
        size, ids = self._settings.queue.size, list(candidates)
        random = _picks(rng.sample(ids, min(size, len(ids))), "random")
        hit = _picks((ids[i] for i in most_hit(_hit_strings(candidates.values()), n=size)), "pattern")
        handing_over = max(0.0, 1 - answered / COLD_START_ANSWERS)
        chosen = interleave(self._best(candidates, rng), hit, share=PATTERN_SHARE * handing_over, size=size)
        return interleave(chosen, random, share=self._settings.queue.random_share, size=size)

    def _best(self, candidates: Mapping[int, Read], rng: Random) -> list[Pick]:
        """What the acquisition function ranks first; the most typical texts while no model has read them."""
        size, ids = self._settings.queue.size, list(candidates)
        if self._settings.acquire.strategy == "random":
            return _picks(rng.sample(ids, min(size, len(ids))), "random")
        scored = [
            Scored(one.text.id, len(one.tokens), one.lattice.entropy, one.lattice.outlook)
            for one in candidates.values()
            if one.lattice
        ]
        if scored:
            return _picks((one.text_id for one in self._acquire(scored, n=size, rng=rng)), "doubtful")
        words = [one.words for one in candidates.values()]
        return _picks((ids[i] for i in most_typical(words, n=size)), "typical")


def _picks(ids: Iterable[int], share: Share) -> list[Pick]:
    return [Pick(id_, share) for id_ in ids]


def _hit_strings(candidates: Iterable[Read]) -> list[list[str]]:
    return [[one.text.text[hit.start : hit.end] for hit in one.hits] for one in candidates]
