"""Texts cut into chunks: what is predicted together, sent to a worker together and resumed together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loop.formats import RawText
from loop.formats.jsonl import dumped
from loop.intake import short_enough

CHUNK_TEXTS = 256
"""Texts of a chunk. The same texts are predicted together however many workers there are, so that the sums of floats
that make a probability are the same as well."""

CHUNK_CHARACTERS = 1_000_000
"""A chunk ends before its texts have more characters, unless it is a single text."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some texts in a row from one source, each with the fields that go with it into its prediction."""

    source: str
    texts: tuple[str, ...]
    metas: tuple[Mapping[str, Any], ...]

    def digest(self) -> str:
        """Return what the chunk is known by when a run is resumed: the same for the same texts and fields."""
        return hashlib.blake2b(dumped([self.texts, self.metas]), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Predicted:
    """What became of a chunk.

    Attributes:
        source, input, texts: of the chunk its source, its digest, and how many texts it has.
        lines: a line of JSON for each of its texts; see `loop.scoring.predict`.
    """

    source: str
    input: str
    texts: int
    lines: bytes


def cut(raws: Iterable[RawText]) -> Iterator[Chunk]:
    """Yield texts in chunks of up to `CHUNK_TEXTS`; a chunk ends with the file it is from.

    Raises:
        InputError: a text cannot be read or is longer than spaCy reads; all chunks before its own were yielded.
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
