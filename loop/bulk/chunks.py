"""Chunks of texts: the unit of prediction, of work for a worker and of resuming."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loop.formats import RawText
from loop.formats.jsonl import dumped
from loop.intake import short_enough

CHUNK_TEXTS = 256
"""Texts per chunk. Chunks do not depend on the number of workers, so floating-point sums are the same for any."""

CHUNK_CHARACTERS = 1_000_000
"""Characters per chunk at most, except in a chunk of a single text."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive texts of one source, each with the fields to copy into its prediction."""

    source: str
    texts: tuple[str, ...]
    metas: tuple[Mapping[str, Any], ...]

    def digest(self) -> str:
        """Return a hash of texts and fields, which identifies the chunk when a run is resumed."""
        return hashlib.blake2b(dumped([self.texts, self.metas]), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Predicted:
    """The predictions for a chunk.

    Attributes:
        source, input, texts: the chunk's source, its digest, and its number of texts.
        lines: a line of JSON per text; see `loop.scoring.predict`.
    """

    source: str
    input: str
    texts: int
    lines: bytes


def chunked(raws: Iterable[RawText]) -> Iterator[Chunk]:
    """Yield texts in chunks of up to `CHUNK_TEXTS`; a chunk never spans two files.

    Raises:
        InputError: a text cannot be read or is too long for spaCy; the chunks before its own have been yielded.
    """
    texts: list[RawText] = []
    characters = 0
    for raw in map(short_enough, raws):
        characters += len(raw.text)
        if texts and (characters > CHUNK_CHARACTERS or raw.source != texts[0].source):
            yield _chunk(texts)
            texts, characters = [], len(raw.text)
        texts.append(raw)
        if len(texts) == CHUNK_TEXTS:
            yield _chunk(texts)
            texts, characters = [], 0
    if texts:
        yield _chunk(texts)


def _chunk(raws: Sequence[RawText]) -> Chunk:
    return Chunk(raws[0].source, tuple(raw.text for raw in raws), tuple(raw.meta for raw in raws))
