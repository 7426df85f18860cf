"""Valid transitions at each token, given sentence boundaries, whitespace, preset entities and blocked tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from spacy.attrs import ENT_IOB, ENT_TYPE, IS_SPACE, SENT_START
from spacy.tokens import Doc

from loop.errors import PipelineError

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

_INSIDE, _BEGINS = 1, 3
"""spaCy's ent_iob: 1 continues an entity, 3 begins one (or blocks the token, if there is no label)."""


@dataclass(frozen=True)
class Validity:
    """Whether each transition is valid at each token of a batch; tokens are numbered across docs.

    Follows `is_valid` of each transition in spacy/pipeline/_parser_internals/ner.pyx. Within a preset entity each token
    has exactly one valid transition, so the label matters only at the beginning.

    Attributes:
        out, unit, begin: (tokens,) validity at a closed node without a preset entity, for any label.
        inside, last: (tokens,) validity at a reachable open node, for its label.
        blocked: (tokens,) whether out is the only valid transition.
        preset_start, preset_label, preset_unit: first token and label of each preset entity, and whether it is one
            token long.
    """

    out: Bools
    unit: Bools
    begin: Bools
    inside: Bools
    last: Bools
    blocked: Bools
    preset_start: Ints
    preset_label: tuple[str, ...]
    preset_unit: Bools

    @classmethod
    def of(cls, docs: Sequence[Doc]) -> Validity:
        """Derive the validity from the docs.

        Raises:
            PipelineError: a preset entity of a doc continues without a beginning.
        """
        attributes = np.concatenate([doc.to_array([ENT_IOB, ENT_TYPE, SENT_START, IS_SPACE]) for doc in docs])
        iob, kind, sent, space = attributes.astype(np.int64).T
        final = np.zeros(len(iob), dtype=bool)
        final[np.cumsum([len(doc) for doc in docs]) - 1] = True
        next_iob, next_sent = (np.where(final, 0, np.roll(column, -1)) for column in (iob, sent))
        _check(iob, kind, final)
        free, solid = (iob != _INSIDE) & (iob != _BEGINS), space == 0
        goes_on = ~final & (next_iob != _BEGINS)
        begins = (iob == _BEGINS) & (kind != 0)
        start = np.flatnonzero(begins)
        strings = docs[0].vocab.strings
        return cls(
            out=free,
            unit=free & solid,
            begin=free & goes_on & (next_sent != 1) & solid,
            inside=goes_on & np.where(iob == _INSIDE, next_iob == _INSIDE, free & (next_sent != 1)),
            last=next_iob != _INSIDE,
            blocked=(iob == _BEGINS) & (kind == 0),
            preset_start=start,
            preset_label=tuple(strings[label] for label in kind[start].astype(np.uint64).tolist()),
            preset_unit=next_iob[start] != _INSIDE,
        )


def _check(iob: Ints, kind: Ints, final: Bools) -> None:
    """Refuse an entity without a beginning: spaCy never writes one, but its constructors accept it."""
    before, before_kind = np.roll(iob, 1), np.roll(kind, 1)
    joined = ~np.roll(final, 1) & ((before == _INSIDE) | (before == _BEGINS)) & (before_kind == kind)
    if np.any((iob == _INSIDE) & ~(joined & (kind != 0))):
        raise PipelineError(
            "A doc has a preset entity that continues without a beginning.",
            hint="Set them with `doc.set_ents` in the component before the entity recognizer.",
        )
