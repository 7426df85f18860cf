"""Rounds learned once more from the base and the events, aside, to see whether they come out as they were."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from loop.checkpoints.checkpoints import VERSIONS, Checkpoints
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
    """A round that was learned once more.

    Attributes:
        learner: its pipeline, until the next round is learned.
        weights: SHA-256 of its weights. recorded: the same, when it was learned first; "" if nobody noted it.
        saved: of its checkpoint, None where that is pruned.
        versions: of the libraries that computed it first.
    """

    number: int
    learner: Learner
    weights: str
    recorded: str
    saved: str | None
    versions: str

    @property
    def is_same(self) -> bool:
        """Whether all that is known of it is the same to the bit."""
        return {self.weights} == {hash for hash in (self.recorded, self.saved, self.weights) if hash}

    @property
    def is_comparable(self) -> bool:
        """Whether it ought to be the same to the bit: the libraries are."""
        return self.versions == VERSIONS


class Rebuilding:
    """Rounds in a folder of their own in the project; what is in `models/` is left as it is."""

    def __init__(self, paths: ProjectPaths, settings: Settings, store: Store, aside: Checkpoints) -> None:
        self._store = store
        self._kept, self._checkpoints = Checkpoints(paths.models), aside
        self._pretrained = Pretrained(paths, store)
        self._course = RoundRecipe(settings, store, self._pretrained, self._checkpoints)

    def rounds(self, last: int) -> Iterator[Rebuilt]:
        """Learn the rounds up to `last`, round 0 among them, one after the other.

        Raises:
            LoopError: the rounds of the project are not those of the answers that stand now, or the weights of the
            pretraining that they began with are gone.
        """
        self._pretrained.must_be_there()
        training = self._store.answers.training()
        kept = self._kept.rounds()
        if kept and not self._kept.info(kept[-1]).begins(training):
            raise LoopError(
                "Answers were changed, and the rounds after them are not learned again yet.",
                hint="Let `loop trainer` finish first; Ctrl-C ends it when it is idle.",
            )
        use_fast_products()
        self._course.begin()
        self._course.go_to(0)
        yield self._rebuilt(0, None)
        for info in self._store.journal.rounds()[:last]:
            self._course.learn(training[: info.answers])
            yield self._rebuilt(info.number, info)

    def save(self, to: Path) -> None:
        """Save the pipeline of the round that was learned last in a new folder."""
        info = self._course.info
        if info.round:
            self._checkpoints.save(self._course.learner, info)
        shutil.copytree(self._checkpoints.path(info.round), to)

    def _rebuilt(self, number: int, info: RoundInfo | None) -> Rebuilt:
        kept = number in self._kept.rounds()
        first = info or (self._kept.info(number) if kept else self._course.info)
        saved = self._kept.load(number).weights_hash() if kept else None
        return Rebuilt(number, self._course.learner, self._course.info.weights, first.weights, saved, first.versions)


@contextmanager
def rebuilding(paths: ProjectPaths, settings: Settings, store: Store) -> Iterator[Rebuilding]:
    """A rebuilding; its folder goes when it is done with.

    Raises:
        LoopError: another one is at work.
    """
    with aside(paths, "rebuild") as checkpoints:
        yield Rebuilding(paths, settings, store, checkpoints)
