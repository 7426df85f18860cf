"""A pipeline that goes on learning: raw weights to learn from, averaged ones to publish."""

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
    """A pipeline that holds the raw weights of our component, and the averaged ones beside.

    Attributes:
        averages: as `Model.use_params` takes them; empty means that the raw weights are the ones to publish.
        anchor: what the component started from, where the base has a recognizer. base: reads texts as the base does.
    """

    def __init__(self, nlp: Language, anchor: Anchor | None = None) -> None:
        freeze_listeners(own_component(nlp))
        self.nlp, self.anchor, self.base = nlp, anchor, BaseReader(nlp)
        self.averages: dict[Any, Any] = {}

    @contextmanager
    def published(self) -> Iterator[Language]:
        """The pipeline as its checkpoint predicts: with the averaged weights, for the time of the block."""
        with own_component(self.nlp).model.use_params(self.averages):
            yield self.nlp

    def raw(self) -> bytes:
        """The raw weights."""
        weights: bytes = own_component(self.nlp).model.to_bytes()
        return weights

    def weights_hash(self) -> str:
        """SHA-256 (hex) of the raw and the published weights; the names of labels have no part in it."""
        folded = hashlib.sha256()
        model = own_component(self.nlp).model
        _fold(model, folded.update)
        with self.published():
            _fold(model, folded.update)
        return folded.hexdigest()

    @classmethod
    def restored(cls, published: Language, raw: bytes, anchor: Anchor | None = None) -> Learner:
        """The learner whose published pipeline and raw weights were saved."""
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
