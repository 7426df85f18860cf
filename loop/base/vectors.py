"""Word vectors for our component: from a table that comes with loop, or from another pipeline."""

from __future__ import annotations

import hashlib
import lzma
from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import srsly
from spacy.language import Language
from spacy.strings import StringStore, get_string_id
from spacy.vectors import Vectors

from loop.base.pipeline import base_folder
from loop.errors import PipelineError
from loop.settings.sections import BUILTIN

if TYPE_CHECKING:
    from numpy.typing import NDArray

TABLE_NAME = "loop_vectors"
# What spaCy's Vectors write into a pipeline's `vocab/`.
VECTOR_FILES = ("vectors", "key2row", "vectors.cfg")


def builtin_languages() -> list[str]:
    """The languages of the tables that come with loop."""
    return sorted(Path(each.name).stem for each in (files("loop") / "vectors").iterdir() if each.name.endswith(".npz"))


def vectors_sum(table: str | None) -> str:
    """SHA-256 (hex) of the files of a table; empty without one.

    Raises:
        PipelineError: there is no such table.
    """
    if table is None:
        return ""
    digest = hashlib.sha256()
    for content in _contents(table):
        digest.update(content)
    return digest.hexdigest()


def load_vectors(table: str) -> Vectors:
    """A table of word vectors, which knows words by their hashes only.

    The words themselves would become part of the vocabulary, from which texts for rehearsal are made up. The table gets
    a last row of zeros, since spaCy's backpropagation takes the last row for words without a vector
    (`spacy/ml/staticvectors.py`); floret has a vector for every word.

    Args:
        table: `builtin:LANG`, an installed pipeline, or the folder of one.

    Raises:
        PipelineError: there is no such table, or the pipeline has no vectors.
    """
    if table.startswith(BUILTIN):
        return _builtin_table(table.removeprefix(BUILTIN))
    vectors = Vectors(strings=StringStore()).from_disk(_vocab_folder(table), exclude=["strings"])
    if not vectors.shape[0]:
        raise PipelineError(f"The pipeline {table} has no word vectors.", hint=_HINT)
    return vectors if vectors.mode == "floret" else _with_zero_row(vectors.data, vectors.key2row)


def give_vectors(nlp: Language, table: str) -> None:
    """Give a pipeline without word vectors those of a table; its strings stay as they are."""
    nlp.vocab.vectors = load_vectors(table)


def has_vectors(base: str) -> bool:
    """Whether `base` has word vectors of its own; read from its files, without loading it.

    Raises:
        PipelineError: there is no such pipeline.
    """
    folder = base_folder(base)
    return folder is not None and bool(srsly.read_json(folder / "meta.json").get("vectors", {}).get("vectors"))


def of_table(table: Vectors, words: Sequence[str]) -> NDArray[np.float32]:
    """The words' vectors in a table; a word in lower case may have one as a name or an abbreviation only."""
    if table.mode == "floret":
        return np.asarray(table.get_batch(list(words)), dtype=np.float32)
    rows = [_row(table, word) for word in words]
    vectors = np.asarray(table.data[rows], dtype=np.float32)
    vectors[np.array(rows, dtype=np.int64) < 0] = 0
    return vectors


def _row(table: Vectors, word: str) -> int:
    keys = (get_string_id(form) for form in (word, word.title(), word.upper()))
    return next((int(table.key2row[key]) for key in keys if key in table.key2row), -1)


def write_vectors(nlp: Language, pipeline: Path) -> None:
    """Write the vectors into a saved pipeline whose vocabulary was copied from the base."""
    nlp.vocab.vectors.to_disk(pipeline / "vocab", exclude=["strings"])


def _builtin_table(language: str) -> Vectors:
    with as_file(_builtin_file(language)) as file, np.load(file) as packed:
        words = lzma.decompress(packed["words"].tobytes()).decode().split("\n")
        # Multiplied element by element, which gives the same bits on every machine; a matrix product does not.
        data = packed["values"].astype(np.float32) * packed["scales"][:, None]
        rows = packed["rows"].tolist()
    return _with_zero_row(data, dict(zip(map(get_string_id, words), rows, strict=True)))


def _with_zero_row(data: Any, rows: dict[int, int]) -> Vectors:
    vectors = Vectors(strings=StringStore(), data=np.vstack([data, np.zeros_like(data[:1])]), name=TABLE_NAME)
    vectors.key2row = rows
    return vectors


def _builtin_file(language: str) -> Any:
    if language not in builtin_languages():
        known = ", ".join(BUILTIN + each for each in builtin_languages())
        raise PipelineError(f"No word vectors for {language!r} come with loop, only {known}.", hint=_HINT)
    return files("loop") / "vectors" / f"{language}.npz"


def _contents(table: str) -> list[bytes]:
    if table.startswith(BUILTIN):
        return [_builtin_file(table.removeprefix(BUILTIN)).read_bytes()]
    vocab = _vocab_folder(table)
    return [(vocab / name).read_bytes() for name in VECTOR_FILES if (vocab / name).is_file()]


def _vocab_folder(table: str) -> Path:
    folder = base_folder(table)
    if folder is None or not has_vectors(table):
        raise PipelineError(f"The pipeline {table} has no word vectors.", hint=_HINT)
    return folder / "vocab"


_HINT = "`vectors` names builtin:en, an installed pipeline with word vectors or its folder, or null for none."
