from __future__ import annotations

from pathlib import Path

import pytest

from loop.bulk import Chunk, chunked
from loop.bulk.chunks import CHUNK_CHARACTERS, CHUNK_TEXTS
from loop.errors import InputError
from loop.formats import RawText, read_all


def test_no_text_is_lost_or_doubled_and_chunks_end_with_their_file():
    raws = [RawText(f"{name} {n}", name, n) for name in ("a", "b") for n in range(CHUNK_TEXTS + 1)]
    chunks = list(chunked(raws))

    assert [raw.text for raw in raws] == [text for chunk in chunks for text in chunk.texts]
    assert [("a", CHUNK_TEXTS), ("a", 1), ("b", CHUNK_TEXTS), ("b", 1)] == [(c.source, len(c.texts)) for c in chunks]


def test_long_texts_make_small_chunks():
    long = "x" * (CHUNK_CHARACTERS // 2)
    sizes = [len(chunk.texts) for chunk in chunked(RawText(long, "a", n) for n in range(5))]

    assert [2, 2, 1] == sizes


def test_a_chunk_is_known_by_its_texts_and_fields():
    chunk = Chunk("a", ("one", "two"), ({}, {"id": 1}))

    assert Chunk("b", chunk.texts, chunk.metas).digest() == chunk.digest()
    assert Chunk("a", ("one", "two "), chunk.metas).digest() != chunk.digest()
    assert Chunk("a", chunk.texts, ({"id": 1}, {})).digest() != chunk.digest()


def test_chunks_before_a_bad_line_are_yielded(tmp_path: Path):
    path = tmp_path / "in.jsonl"
    path.write_text('{"text": "fine"}\n' * (2 * CHUNK_TEXTS + 3) + "{\n")
    chunks = chunked(read_all([path]))
    found = [next(chunks), next(chunks)]
    with pytest.raises(InputError, match=f"in.jsonl, line {2 * CHUNK_TEXTS + 4}:"):
        next(chunks)

    assert [CHUNK_TEXTS, CHUNK_TEXTS] == [len(chunk.texts) for chunk in found]
