"""Computes the scores of a transition model for many nodes at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.pipeline import EntityRecognizer
from spacy.tokens import Doc
from thinc.api import Model

from loop.errors import PipelineError

Scores = NDArray[np.float32]
Ints = NDArray[np.int64]

ROWS = 16_384
"""Nodes scored in one go: enough to keep numpy busy, few enough to need only tens of megabytes."""

_UNSEEN = np.float32(-1e30)
"""The score of an untrained transition: it is chosen only if nothing else is valid."""


@dataclass(frozen=True)
class Network:
    """The scoring network of a `ner` component, with weights copied from it; the component stays unchanged.

    Reimplements spaCy's decoder, `predict_states` in spacy/ml/parser_model.pyx: the hidden vector of a node is the sum
    of one precomputed vector per context token (padding if there is none), then the maximum over the maxout pieces,
    without further activation; the upper layer, if any, is linear.

    Attributes:
        labels: the component's labels, in the order of its transitions.
        closed: (transitions,) kind of each transition from a closed node, in the component's order: 0 for out, 1 for
            unit, 2 for begin.
        closed_label: (transitions,) their index in `labels`, -1 for out.
        inside_first: (labels,) whether spaCy prefers inside to last on a tie.
        can_block: whether the component has the transition that blocked tokens need.
    """

    labels: tuple[str, ...]
    closed: Ints
    closed_label: Ints
    inside_first: NDArray[np.bool_]
    can_block: bool
    _closed_columns: Ints
    _inside: Ints
    _last: Ints
    _tok2vec: Model[Any, Any]
    _weights: Scores  # (nI, nF * nP * nO)
    _bias: Scores  # (nP, nO)
    _padding: Scores  # (nF, nP, nO)
    _upper: tuple[Scores, Scores] | None
    _unseen: NDArray[np.bool_]

    @classmethod
    def of(cls, component: EntityRecognizer) -> Network:
        """Copy the weights of a component.

        Raises:
            PipelineError: the component is not a `ner` on spaCy's transition model, or was never initialized.
        """
        lower, model = _lower_layer(component), component.model
        names = [component.moves.get_class_name(i) for i in range(component.moves.n_moves)]
        columns = {name: i for i, name in enumerate(names)}
        labels = tuple(name[2:] for name in names if name.startswith("B-"))
        closed = [i for i, name in enumerate(names) if name == "O" or (name[:2] in ("U-", "B-") and name != "U-")]
        inside = np.array([columns[f"I-{label}"] for label in labels], dtype=np.int64)
        last = np.array([columns[f"L-{label}"] for label in labels], dtype=np.int64)
        unseen = np.isin(np.arange(len(names)), sorted(model.attrs["unseen_classes"]))
        weights, bias, padding = (_numpy(lower, lower.get_param(name)) for name in ("W", "b", "pad"))
        return cls(
            labels=labels,
            closed=np.array([("O", "U", "B").index(names[i][0]) for i in closed], dtype=np.int64),
            closed_label=np.array(
                [labels.index(names[i][2:]) if names[i] != "O" else -1 for i in closed], dtype=np.int64
            ),
            inside_first=inside < last,
            can_block="U-" in columns,
            _closed_columns=np.array(closed, dtype=np.int64),
            _inside=inside,
            _last=last,
            _tok2vec=model.get_ref("tok2vec"),
            _weights=np.ascontiguousarray(weights.transpose(3, 0, 2, 1).reshape(weights.shape[3], -1)),
            _bias=bias.T,
            _padding=padding[0].transpose(0, 2, 1),
            _upper=_upper_layer(component),
            _unseen=unseen,
        )

    def features(self, docs: Sequence[Doc]) -> Features:
        """Run the model's tok2vec over the docs, none of which may be empty; tokens are numbered across docs."""
        vectors = _numpy(self._tok2vec, self._tok2vec.predict(list(docs)))
        n_features, n_pieces, width = self._padding.shape
        return Features(self, (vectors @ self._weights).reshape(-1, n_features, n_pieces, width))


@dataclass(frozen=True)
class Features:
    """The precomputed vectors of a batch of texts: (tokens, features, pieces, width)."""

    network: Network
    vectors: Scores

    def repeated(self, times: int) -> Features:
        """The features of the batch, repeated `times` times."""
        return self if times == 1 else replace(self, vectors=np.tile(self.vectors, (times, 1, 1, 1)))

    def closed(self) -> Iterator[tuple[slice, Scores]]:
        """Yield the scores of the closed nodes, (rows, closed transitions), in blocks of tokens."""
        net = self.network
        constant = net._padding[1:].sum(axis=0) + net._bias
        for low in range(0, len(self.vectors), ROWS):
            rows = slice(low, min(low + ROWS, len(self.vectors)))
            yield rows, self._scores(self.vectors[rows, 0] + constant, net._closed_columns)

    def open(self, start: Ints, token: Ints) -> tuple[Scores, Scores]:
        """The scores of inside and last, both (rows, labels), at the nodes `token` of entities open since `start`."""
        net = self.network
        n_labels = len(net.labels)
        columns = np.concatenate((net._inside, net._last))
        scores = np.empty((len(start), 2 * n_labels), dtype=np.float32)
        for low in range(0, len(start), ROWS):
            rows = slice(low, low + ROWS)
            scores[rows] = self._scores(self._sum(start[rows], token[rows]), columns)
        return scores[:, :n_labels], scores[:, n_labels:]

    def _sum(self, start: Ints, token: Ints) -> Scores:
        """Sum over the context tokens: those of `set_context_tokens` in spacy/pipeline/_parser_internals/_state.pxd."""
        net = self.network
        total: Scores = self.vectors[token, 0] + net._bias
        if len(net._padding) == 3:
            total += self.vectors[start, 1]
            total += self.vectors[token - 1, 2]
            return total
        for feature in range(1, len(net._padding)):
            context = start + feature - 1
            vectors = self.vectors[np.minimum(context, token), feature]
            vectors[context >= token] = net._padding[feature]
            total += vectors
        return total

    def _scores(self, summed: Scores, columns: Ints) -> Scores:
        net = self.network
        hidden = summed[:, 0]
        for piece in range(1, summed.shape[1]):
            hidden = np.maximum(hidden, summed[:, piece])
        if net._upper is None:
            scores = hidden[:, columns]
        else:
            weights, bias = net._upper
            scores = hidden @ weights[:, columns] + bias[columns]
        scores[:, net._unseen[columns]] = _UNSEEN
        return scores


def _lower_layer(component: EntityRecognizer) -> Model[Any, Any]:
    """The layer that precomputes the features, after checking that the architecture is supported."""
    hint = "Only `ner` and `beam_ner` with spacy.TransitionBasedParser can be scored, after training or initialize()."
    model: Any = getattr(component, "model", None)
    if not isinstance(component, EntityRecognizer) or model.name != "parser_model":
        raise PipelineError("This component is not an entity recognizer on spaCy's transition model.", hint=hint)
    lower: Model[Any, Any] = model.get_ref("lower")
    if not lower.has_param("W") or not lower.has_dim("nO"):
        raise PipelineError(f"The entity recognizer {component.name!r} was never initialized.", hint=hint)
    transitions = {"O", *(f"{move}-{label}" for label in component.labels for move in "BILU")}
    if (
        lower.name != "precomputable_affine"
        or lower.get_dim("nF") not in (3, 6)
        or not transitions <= {*component.move_names}
    ):
        raise PipelineError(f"The entity recognizer {component.name!r} has an unsupported architecture.", hint=hint)
    return lower


def _upper_layer(component: EntityRecognizer) -> tuple[Scores, Scores] | None:
    model = component.model
    if not model.attrs["has_upper"]:
        return None
    upper = model.get_ref("upper")
    return np.ascontiguousarray(_numpy(upper, upper.get_param("W")).T), _numpy(upper, upper.get_param("b"))


def _numpy(layer: Model[Any, Any], array: Any) -> Scores:
    ops: Any = layer.ops
    return np.asarray(ops.to_numpy(array), dtype=np.float32)
