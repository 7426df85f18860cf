"""Which moves are valid at which token: sentence boundaries, whitespace, preset entities and blocked tokens."""

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
"""spaCy's ent_iob: 1 goes on with an entity, 3 begins one (or blocks the token, if there is no label)."""


@dataclass(frozen=True)
class Validity:
    """Per token of a batch, whether a move is valid there; the tokens of the docs are numbered one after the other.

    The reference is `is_valid` of each move in spacy/pipeline/_parser_internals/ner.pyx. A preset entity leaves one
    valid move at each of its tokens, so that its label matters only where it begins.

    Attributes:
        out, unit, begin: (tokens,) at a closed node where nothing is preset, for any label.
        inside, last: (tokens,) at an open node that can be reached, for its label.
        blocked: (tokens,) "out" is the only move.
        preset_start, preset_label, preset_unit: the preset entities' first tokens, labels, and whether that is all.
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
        """Read the docs' tokens.

        Raises:
            PipelineError: a doc's preset entities have a continuation without a beginning.
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
    """SpaCy never writes a continuation without its beginning, but its constructors do not refuse one."""
    before, before_kind = np.roll(iob, 1), np.roll(kind, 1)
    joined = ~np.roll(final, 1) & ((before == _INSIDE) | (before == _BEGINS)) & (before_kind == kind)
    if np.any((iob == _INSIDE) & ~(joined & (kind != 0))):
        raise PipelineError(
            "A doc has preset entities whose tokens do not belong together.",
            hint="Set them with `doc.set_ents` in the component before the entity recognizer.",
        )
