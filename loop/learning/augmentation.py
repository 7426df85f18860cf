"""Augmentation: copies of some examples, changed as spaCy's augmenters do, are learned beside them."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from spacy.language import Language
from spacy.training import Example
from spacy.training.augment import make_lowercase_variant

from loop.base.pipeline import ready

# The share of examples that are copied, each time anew.
LEVEL = 0.3


class Augmenter:
    """Makes changed copies of a round's examples as `[update] augment` says.

    spaCy's `spacy.lower_case.v1` draws from Python's global generator; we draw ourselves and call what it calls, so
    that a round depends on its seed alone.

    Args:
        nlp: the pipeline that learns.
        augment: the augmenter's registered name; None for no copies.
        seed: of the round.
    """

    def __init__(self, nlp: Language, augment: str | None, seed: int) -> None:
        self._nlp, self._augments = nlp, augment is not None
        self._rng = Random(f"{seed}:augment")
        self._lower_cased: dict[int, tuple[Example, Example]] = {}

    def copies(self, batch: Sequence[Example]) -> list[Example]:
        """Lower-cased copies of `LEVEL` of a batch; what is unknown of a text stays unknown."""
        if not self._augments:
            return []
        return [self._lower(one) for one in batch if self._rng.random() < LEVEL]

    def _lower(self, example: Example) -> Example:
        if id(example) not in self._lower_cased:  # kept with its original, whose id is not given again meanwhile
            variant = make_lowercase_variant(self._nlp, example)
            read = Example(ready(self._nlp, [variant.predicted])[0], variant.reference)
            self._lower_cased[id(example)] = example, read
        return self._lower_cased[id(example)][1]
