"""Retrains rounds from the base and the event log in a scratch folder, to verify that they are reproducible."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from loop.checkpoints.checkpoints import Checkpoints
from loop.errors import LoopError
from loop.learning.learner import Learner
from loop.learning.matrix_products import use_fast_products
from loop.settings import ProjectPaths, Settings
from loop.store import RoundInfo, Store
from loop.trainer.pretrained import Pretrained
from loop.trainer.round_recipe import RoundRecipe
from loop.trainer.scratch_checkpoints import aside


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A retrained round. Hashes are SHA-256 (hex) of the weights.

    Attributes:
        number: the round's number.
        learner: its pipeline; valid until the next round is trained.
        weights: hash of the retrained weights.
        recorded: hash in the event log from the original training; "" if it was not recorded.
        saved: hash of the saved checkpoint; None if it was pruned.
        versions: what the original training computed with. versions_here: what the retraining did.
    """

    number: int
    learner: Learner
    weights: str
    recorded: str
    saved: str | None
    versions: str
    versions_here: str

    @property
    def is_same(self) -> bool:
        """Whether all known hashes are equal."""
        return {self.weights} == {hash for hash in (self.recorded, self.saved, self.weights) if hash}

    @property
    def is_comparable(self) -> bool:
        """Whether the library versions are the same, so that the weights should be equal to the bit."""
        return self.versions == self.versions_here


class Rebuilding:
    """Retrains rounds in a scratch folder; `models/` stays unchanged."""

    def __init__(self, paths: ProjectPaths, settings: Settings, store: Store, aside: Checkpoints) -> None:
        self._store = store
        self._kept, self._checkpoints = Checkpoints(paths.models), aside
        self._pretrained = Pretrained(paths, store)
        self._recipe = RoundRecipe(settings, store, self._pretrained, self._checkpoints)

    def rounds(self, last: int) -> Iterator[Rebuilt]:
        """Retrain the rounds from 0 to `last`, yielding each.

        Raises:
            LoopError: answers have changed since the project's rounds were trained, or the pretrained weights are
                missing.
        """
        self._pretrained.must_be_there()
        training = self._store.answers.training()
        kept = self._kept.rounds()
        if kept and not self._recipe.stands(self._kept.info(kept[-1]), training):
            raise LoopError(
                "Answers have changed, and the rounds trained on them have not been retrained yet.",
                hint="Let `loop trainer` finish first; stop it with Ctrl-C when it is idle.",
            )
        use_fast_products()
        self._recipe.begin()
        self._recipe.go_to(0)
        yield self._rebuilt(0, None)
        for info in self._store.journal.rounds()[:last]:
            self._recipe.learn(training, info.answers, closing=info.closing)
            yield self._rebuilt(info.number, info)

    def save(self, to: Path) -> None:
        """Save the pipeline of the last retrained round in a new folder."""
        info = self._recipe.info
        if info.round:
            self._checkpoints.save(self._recipe.learner, info)
        shutil.copytree(self._checkpoints.path(info.round), to)

    def _rebuilt(self, number: int, info: RoundInfo | None) -> Rebuilt:
        kept = number in self._kept.rounds()
        first = info or (self._kept.info(number) if kept else self._recipe.info)
        saved = self._kept.load(number).weights_hash() if kept else None
        here = self._recipe.info
        return Rebuilt(number, self._recipe.learner, here.weights, first.weights, saved, first.versions, here.versions)


@contextmanager
def rebuilding(paths: ProjectPaths, settings: Settings, store: Store) -> Iterator[Rebuilding]:
    """Set up a rebuilding in a scratch folder, which is removed afterwards.

    Raises:
        LoopError: another rebuilding is running.
    """
    with aside(paths, "rebuild") as checkpoints:
        yield Rebuilding(paths, settings, store, checkpoints)
