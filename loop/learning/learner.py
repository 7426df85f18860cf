"""A pipeline in training: it trains the raw weights and publishes their averages."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from spacy.language import Language
from thinc.api import Model

from loop.base.base_reader import BaseReader
from loop.base.fresh_pipeline import freeze_listeners
from loop.base.pipeline import own_component
from loop.learning.anchor import Anchor


class Learner:
    """A pipeline with the raw weights of our component, together with their averages.

    Attributes:
        nlp: the pipeline, with the raw weights.
        averages: as `Model.use_params` takes them; if empty, the raw weights are published.
        anchor: the weights that the component started from; None if the base has no recognizer.
        base: predicts what the base alone would.
    """

    def __init__(self, nlp: Language, anchor: Anchor | None = None) -> None:
        freeze_listeners(own_component(nlp))
        self.nlp, self.anchor, self.base = nlp, anchor, BaseReader(nlp)
        self.averages: dict[Any, Any] = {}

    @contextmanager
    def published(self) -> Iterator[Language]:
        """The pipeline with the averaged weights, as in its checkpoint, for the duration of the block."""
        with own_component(self.nlp).model.use_params(self.averages):
            yield self.nlp

    def raw(self) -> bytes:
        """The raw weights, serialised."""
        weights: bytes = own_component(self.nlp).model.to_bytes()
        return weights

    def weights_hash(self) -> str:
        """SHA-256 (hex) of the raw and the published weights, independent of label names."""
        folded = hashlib.sha256()
        model = own_component(self.nlp).model
        _fold(model, folded.update)
        with self.published():
            _fold(model, folded.update)
        return folded.hexdigest()

    @classmethod
    def restored(cls, published: Language, raw: bytes, anchor: Anchor | None = None) -> Learner:
        """Restore a learner from its saved pipeline and raw weights."""
        learner = cls(published, anchor)
        model = own_component(published).model
        learner.averages = {
            (node.id, name): node.get_param(name).copy()
            for node in model.walk()
            for name in node.param_names
            if node.has_param(name)
        }
        model.from_bytes(raw)
        return learner


def _fold(model: Model[Any, Any], into: Callable[[bytes], object]) -> None:
    for node in model.walk():
        for name in sorted(node.param_names):
            if node.has_param(name):
                into(node.get_param(name).tobytes())
