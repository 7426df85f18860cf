"""Rounds: train on the next answers by rank and save; go back to an earlier round when an answer changes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from random import Random

from loop.base.pipeline import adopted
from loop.base.retention import agreement_by_label
from loop.checkpoints.checkpoint_info import CheckpointInfo
from loop.checkpoints.checkpoints import Checkpoints, to_keep
from loop.checkpoints.relabeling import rename_labels
from loop.checkpoints.start import changes_of_start
from loop.learning.learner import Learner
from loop.learning.matrix_products import use_fast_products
from loop.progress.held_out_gold import gold_texts
from loop.progress.scores import best_round
from loop.records import Answer
from loop.settings import ProjectPaths, Settings
from loop.store import RoundInfo, Store
from loop.store.events import EventKind
from loop.trainer.pool_predictions import PoolPredictions
from loop.trainer.pretrained import Pretrained
from loop.trainer.round_recipe import RoundRecipe
from loop.truth import RULES_VERSION

# Texts for measuring retention of the base's labels: enough for frequent labels, a fraction of a second.
SAMPLE = 150


class Rounds:
    """The rounds of a project, and the current pipeline: that of the last round or of the pinned one.

    Attributes:
        set_aside: folders of damaged checkpoints.

    Raises:
        PipelineError: the base does not load, or is not the one that the project started from.
    """

    def __init__(self, paths: ProjectPaths, settings: Settings, store: Store) -> None:
        self._paths = paths
        self._settings = settings
        self._store = store
        self._checkpoints = Checkpoints(paths.models, paths.features)
        self._recipe = RoundRecipe(settings, store, Pretrained(paths, store), self._checkpoints)
        self._pool = PoolPredictions(store, self._checkpoints)
        self._checkpoints.sweep()
        use_fast_products()
        store.journal.settings(settings.weights_digest(), settings.weights())
        self._resume()

    @property
    def number(self) -> int:
        """The number of the current round: the last one, or the pinned one."""
        return self._recipe.info.round

    @property
    def learner(self) -> Learner:
        """The pipeline of the current round."""
        return self._recipe.learner

    @property
    def temperature(self) -> float:
        """The calibration temperature of the current round."""
        return self._recipe.info.temperature

    @property
    def starts_weakly(self) -> bool:
        """Whether round 1 learned from weak labels alone."""
        return self.number > 0 and any(info.answers == 0 for info in self._store.journal.rounds()[:1])

    @property
    def next(self) -> int:
        """The number of the round that is trained next; that of a closing round, whose place the next one takes."""
        return self._recipe.start.round + 1

    @property
    def newest(self) -> int:
        """The number of the last trained round; later than `number` while an earlier round is pinned."""
        return self._newest.round

    def _resume(self) -> None:
        """Continue from the last checkpoint that the store knows of, or build round 0."""
        project = self._settings.project
        self.set_aside = [self._checkpoints.set_aside(number) for number in self._checkpoints.damaged()]
        taken = adopted(project.base, project.labels)
        if 0 in self._checkpoints.rounds() and self._checkpoints.info(0).adopted != taken:
            # Round 0 would be different now, so all rounds have to be retrained.
            self._checkpoints.forget_all()
            self._store.journal.forget_rounds_after(-1)
        if 0 not in self._checkpoints.rounds():
            self._recipe.begin()
        for changed in changes_of_start(self._checkpoints.info(0), project):
            raise changed
        self._forget_after(self._checkpoints.finished(self._store.journal.weights())[-1])
        self._forget_changed(self._store.answers.training())
        self._store.journal.set_rules_version(RULES_VERSION)
        self._rename()
        self._go_to(self._last_to_keep())

    def _rename(self) -> None:
        """Rename labels in the saved rounds to their present names."""
        naming = self._store.journal.naming()
        for number in self._checkpoints.rounds():
            info = self._checkpoints.info(number)
            now = {label: naming.label(label, info.scheme) for label in info.labels}
            names = {label: name for label, name in now.items() if name not in (None, label)}
            if names:
                rename_labels(self._checkpoints, number, names, scheme=naming.version)
        self._newest = self._checkpoints.info(self.newest)

    def _forget_changed(self, training: Sequence[Answer]) -> None:
        """Delete the rounds trained on answers that were replaced, retracted or changed."""
        if not self._stands(self._newest, training):
            kept = reversed(self._checkpoints.rounds())
            self._store.questions.expire()  # another round may get the number that the queue is known by
            self._forget_after(next(n for n in kept if self._stands(self._checkpoints.info(n), training)))

    def _stands(self, info: CheckpointInfo, training: Sequence[Answer]) -> bool:
        """Whether a round would learn the same today; a closing round also needs the one that the next starts from."""
        has_start = not info.closing or info.round - 1 in self._checkpoints.rounds()
        return has_start and self._recipe.stands(info, training)

    def _forget_after(self, number: int) -> None:
        self._checkpoints.forget_after(number)
        self._store.journal.forget_rounds_after(number)
        self._newest = self._checkpoints.info(number)

    def _go_to(self, number: int) -> None:
        self._checkpoints.publish(number)
        self._recipe.go_to(number)

    def _last_to_keep(self) -> int:
        """The last saved round up to the pinned one, if any."""
        self._pinned = self._store.journal.pinned_round()
        kept = self._checkpoints.rounds()
        return max(n for n in kept if self._pinned is None or n <= self._pinned)

    def changed(self, training: Sequence[Answer]) -> tuple[str, ...]:
        """Identifies a change of what was trained on, so that the trainer can wait for its end; empty without any.

        These are the keys of the answers that now take its place, or ("none",) if nothing does.
        """
        if self._stands(self._newest, training):
            return ()
        learned, ids = set(self._newest.answers), [answer.key for answer in training]
        return tuple(ids[: max((i for i, id_ in enumerate(ids, start=1) if id_ in learned), default=0)]) or ("none",)

    def roll_back(self, training: Sequence[Answer]) -> None:
        """Roll the project back to the last saved round that would learn the same today, or to the pinned one.

        Later rounds become due again.
        """
        before = self.newest
        self._forget_changed(training)
        if (before, self._pinned) != (self.newest, self._store.journal.pinned_round()):
            self._go_to(self._last_to_keep())

    def due(self, training: Sequence[Answer]) -> int | None:
        """Roll back if what was learned has changed; then return how many answers the next round has, if it is due.

        Answers too few for a round make a closing one, if it was asked for after they were given.
        """
        self.roll_back(training)
        if self._is_pinned:
            return None
        if len(training) >= (whole := self._recipe.next_cut(training)):
            return whole
        asked = self._store.journal.last_seq(EventKind.CLOSING)
        closing = sum(answer.rank < asked for answer in training)
        return closing if closing > len(self._recipe.info.answers) else None

    def leaves(self, training: Sequence[Answer]) -> bool:
        """Whether some of these answers are in no round, and may be learned."""
        return not self._is_pinned and len(training) > len(self._recipe.info.answers)

    @property
    def _is_pinned(self) -> bool:
        return self._pinned is not None and self.number >= self._pinned

    def learn(self, training: Sequence[Answer], n: int) -> RoundInfo:
        """Train and save the next round on the first `n` of the training answers, given by rank; see `due`."""
        started, replaced = time.monotonic(), self._recipe.info.closing
        closing = n < self._recipe.next_cut(training)
        if replaced:
            self._recipe.go_to(self._recipe.start.round)
        self._recipe.learn(training, n, closing=closing)
        info = self._recipe.info
        if replaced:  # before another folder takes its name: what the store knows is believed
            self._store.questions.expire()
            self._store.journal.forget_rounds_after(info.round - 1)
        if summary := self._recipe.weak_summary(training):
            self._store.weak.set_summary(summary)
        self._checkpoints.save(self.learner, info)
        self._newest = max(info, self._newest, key=lambda each: each.round)
        finished = _round_info(info, seconds=time.monotonic() - started, kept=self._retention())
        self._store.journal.add_round(finished)
        if not closing:
            with self.learner.published() as nlp:
                self._pool.read(info.round, nlp)
        # Only now: until the store knows of this round, a restart needs the one before.
        self.prune()
        return finished

    def read_pool(self) -> bool:
        """Let a saved round read the sample of the pool, if its predictions are missing; False if none are."""
        return self._pool.slice(self.learner.nlp)

    def pool_sample(self) -> list[str]:
        """The texts of the pool that rounds are compared on."""
        return self._pool.sample()

    def prune(self) -> list[int]:
        """Delete the rounds not kept by the rule in [checkpoints]; return their numbers."""
        keep = self._settings.checkpoints
        rounds = self._checkpoints.rounds()
        best = best_round(self._store, gold_texts(self._store, self._settings, self._paths), rounds)
        closing = {self.newest} if self._newest.closing else set()
        lasting = [number for number in rounds if number not in closing]  # its last is what the next round starts from
        also = {self.number, *best}
        kept = to_keep(lasting, keep_last=keep.keep_last, keep_every=keep.keep_every, also=also)
        return self._checkpoints.prune(kept | closing)

    def _retention(self) -> dict[str, float]:
        """Retention of the base's labels that are not taught, on a sample that changes only with the corpus."""
        if not self.learner.base.labels:
            return {}
        texts = self._store.corpus.sample(SAMPLE, Random(f"{self._settings.project.seed}:kept"))
        with self.learner.published() as nlp:
            return agreement_by_label(nlp, self.learner.base, [text.text for text in texts])


def _round_info(info: CheckpointInfo, *, seconds: float, kept: dict[str, float]) -> RoundInfo:
    return RoundInfo(
        number=info.round,
        answers=len(info.answers),
        steps=info.steps,
        loss=info.loss,
        seconds=round(seconds, 3),
        seed=info.seed,
        versions=info.versions,
        weights=info.weights,
        digest=info.digest,
        kept=kept,
        closing=info.closing,
    )
