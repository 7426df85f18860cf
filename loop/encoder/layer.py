"""The network's layer that sees the features of an encoder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from spacy.tokens import Doc
from spacy.util import registry
from thinc.api import Linear, Maxout, Model, chain, concatenate, with_array
from thinc.types import Floats2d

ARCHITECTURE = "spacy-loop.WithEncoder.v1"
LAYER = "encoder_features"

Embed = Model[list[Doc], list[Floats2d]]


@registry.architectures(ARCHITECTURE)  # type: ignore[untyped-decorator]
def with_encoder(embed: Embed, width: int, encoder_width: int) -> Embed:
    """Words embedded by another layer, together with the features that the component `loop_encoder` put into the docs.

    Args:
        embed: the other layer.
        width: of its output, and of this one's.
        encoder_width: how many numbers a token's features have.
    """
    features: Embed = chain(encoder_features(encoder_width), with_array(Linear(width, encoder_width)))
    both: Embed = concatenate(embed, features)
    return chain(both, with_array(Maxout(width, 2 * width, nP=3, dropout=0.0, normalize=True)))


def encoder_features(width: int) -> Embed:
    """The features in `doc.tensor`, in 32 bits; nothing is learned here."""
    return Model(LAYER, _forward, dims={"nO": width}, attrs={})


def _forward(
    model: Embed,
    docs: list[Doc],
    is_train: bool,  # noqa: ARG001 (thinc asks for it)
) -> tuple[list[Floats2d], Callable[[list[Floats2d]], list[Doc]]]:
    return [_features(model, doc) for doc in docs], lambda _: []


def _features(model: Embed, doc: Doc) -> Any:
    width = model.get_dim("nO")
    if not is_encoded(doc, width):
        raise ValueError("loop_encoder has not run on a doc: it comes before the component that learns from it.")
    features: Any = np.asarray(doc.tensor, dtype=np.float32).reshape(len(doc), width)
    return model.ops.asarray2f(features)


def is_encoded(doc: Doc, width: int) -> bool:
    """Whether the doc has features of this width."""
    return not len(doc) or doc.tensor.shape == (len(doc), width)
