"""The last round as a teacher, which labels unanswered texts for a final training."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import count
from random import Random

from spacy.tokens import Doc

from loop.base.base_reader import BaseReader
from loop.checkpoints.checkpoints import Checkpoints
from loop.final.data import Answered, References
from loop.held_out import HeldOut, Teaching
from loop.store import Store


class Teacher:
    """The published pipeline of a round.

    Args:
        checkpoints: with the round `number`.
        store: with the unanswered texts, which are drawn by `seed`; none that are `held_out`.
    """

    def __init__(self, checkpoints: Checkpoints, number: int, store: Store, held_out: HeldOut, *, seed: int) -> None:
        self._store, self._held_out, self._seed = store, held_out, seed
        self._nlp = checkpoints.published(number)
        self._temperature = checkpoints.info(number).temperature

    def texts(self, n: int, *, train: Sequence[Answered] = (), dev: Sequence[Answered] = ()) -> list[Teaching]:
        """Up to `n` random texts of the pool; none that is answered in part, and none of a group on the dev side."""
        answered, groups = {text.id for text, _ in (*train, *dev)}, {text.group for text, _ in dev} - {None}
        for drawn in (n << doublings for doublings in count()):
            pool = self._store.corpus.sample_pool(drawn, Random(f"{self._seed}:final"))
            texts = self._held_out.teaching(
                text for text in pool if text.id not in answered and text.group not in groups
            )
            if len(texts) >= n or len(pool) < drawn:
                return texts[:n]
        raise AssertionError("not reached: a pool has an end")

    def labelled(self, texts: Collection[Teaching], labels: Collection[str], *, hidden: bool) -> list[Doc]:
        """The texts with the entities of these labels that it finds, and the base's; see `References`."""
        references = References(self._nlp, labels, base=BaseReader(self._nlp), hidden=hidden)
        return references.read(texts, temperature=self._temperature)
