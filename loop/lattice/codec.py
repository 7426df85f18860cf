"""Serialises a lattice to bytes and back."""

from __future__ import annotations

import json
import zlib
from itertools import accumulate
from typing import Any

import numpy as np

from loop.errors import LatticeError
from loop.lattice.constraints import Constraints
from loop.lattice.transitions import Transitions
from loop.records import TokenSpan

_MAGIC = b"lattice1"
_AGAIN = "Let the trainer score the texts again."
_FIELDS = {
    "out": "<f4",
    "dropped": "<f4",
    "unit_start": "<u4",
    "unit_label": "<u2",
    "unit_logp": "<f4",
    "begin_start": "<u4",
    "begin_label": "<u2",
    "begin_logp": "<f4",
    "begin_length": "<u4",
    "last": "<f4",
}
"""The arrays of `Transitions` in file order, with their types in the file."""

_STARTS = ("unit_start", "begin_start")
"""Sorted arrays, stored as differences: small numbers compress well."""


def pack(transitions: Transitions, own: tuple[TokenSpan, ...], constraints: Constraints) -> bytes:
    """Serialise a lattice: a magic word, then (compressed) one line of JSON (labels, spans, sizes) and the arrays."""
    arrays = {name: getattr(transitions, name).ravel() for name in _FIELDS}
    arrays.update({name: np.diff(arrays[name], prepend=0) for name in _STARTS})
    known = [sorted(constraints.fixed), sorted(constraints.excluded), sorted(constraints.outside)]
    head = [transitions.labels, own, known, [len(array) for array in arrays.values()]]
    body = b"".join(arrays[name].astype(kind).tobytes() for name, kind in _FIELDS.items())
    return _MAGIC + zlib.compress(json.dumps(head, separators=(",", ":")).encode() + b"\n" + body)


def unpack(data: bytes) -> tuple[Transitions, tuple[TokenSpan, ...], Constraints]:
    """Return the arguments of the `pack` call that made `data`.

    Raises:
        LatticeError: the bytes are damaged, not a lattice, or of an unknown version.
    """
    if not data.startswith(_MAGIC):
        raise LatticeError("These bytes are not a lattice of this version.", hint=_AGAIN)
    try:
        head, _, body = zlib.decompress(data[len(_MAGIC) :]).partition(b"\n")
        labels, own, (fixed, excluded, outside), sizes = json.loads(head)
        arrays = _arrays(body, sizes)
    except (ValueError, zlib.error) as error:
        raise LatticeError("These bytes are a damaged lattice.", hint=_AGAIN) from error
    known = Constraints(_spans(fixed), _spans(excluded), frozenset(outside))
    return Transitions(labels=tuple(labels), **arrays), tuple(TokenSpan(*span) for span in own), known


def _arrays(body: bytes, sizes: list[int]) -> dict[str, Any]:
    widths = [np.dtype(kind).itemsize * size for kind, size in zip(_FIELDS.values(), sizes, strict=True)]
    bounds = list(accumulate(widths, initial=0))
    if bounds[-1] != len(body):
        raise ValueError("truncated")
    arrays = {}
    for (name, kind), low, high in zip(_FIELDS.items(), bounds, bounds[1:], strict=False):
        numbers = np.frombuffer(body[low:high], dtype=kind)
        arrays[name] = numbers.astype(np.float64 if kind == "<f4" else np.int64)
    for name in _STARTS:
        arrays[name] = np.cumsum(arrays[name])
    arrays["dropped"] = arrays["dropped"].reshape(2, -1)
    return arrays


def _spans(rows: list[list[int | str]]) -> frozenset[TokenSpan]:
    return frozenset(TokenSpan(int(start), int(end), str(label)) for start, end, label in rows)
