"""The predictor in each process: loads the pipeline once and turns texts into lines of JSON."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from loop.base.code import import_code
from loop.base.pipeline import base_folder, load_base
from loop.bulk.chunks import CHUNK_CHARACTERS, CHUNK_TEXTS, Chunk, Predicted
from loop.checkpoints.temperatures import temperatures
from loop.formats.jsonl import dumped
from loop.learning.matrix_products import use_fast_products
from loop.scoring.predict import predict
from loop.scoring.reader import recognizers

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Job:
    """The pipeline to run, and its options.

    Attributes:
        model: an installed pipeline, or the folder of one.
        all_spans: see `loop.scoring.predict`.
        code: a Python file that registers what the pipeline needs.
    """

    model: str
    all_spans: bool = False
    code: str | None = None

    def signature(self) -> dict[str, Any]:
        """Everything but the texts that the output depends on; a resumed run must have the same.

        Raises:
            PipelineError: there is no such pipeline.
        """
        folder = base_folder(self.model)
        return asdict(self) | {
            "model": _digest(folder) if folder else self.model,
            "code": hashlib.blake2b(Path(self.code).read_bytes()).hexdigest() if self.code else None,
            "chunk": [CHUNK_TEXTS, CHUNK_CHARACTERS],
            "versions": {name: version(name) for name in ("spacy-loop", "spacy", "numpy")},
        }


def _digest(folder: Path) -> str:
    """A hash of the names and contents of all files in a folder."""
    total = hashlib.blake2b(digest_size=16)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        total.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                total.update(block)
    return total.hexdigest()


class Predictor:
    """A loaded pipeline.

    Raises:
        PipelineError: the pipeline does not load, or cannot be scored.
    """

    def __init__(self, job: Job) -> None:
        use_fast_products()
        if job.code:
            import_code(Path(job.code))
        folder = base_folder(job.model)
        self._nlp = load_base(job.model)
        self._temperatures: Mapping[str, float] = temperatures(folder) if folder else {}
        self._all_spans = job.all_spans
        recognizers(self._nlp)

    def predict(self, chunk: Chunk) -> Predicted:
        """Predict the texts of a chunk together; their fields are under `meta`."""
        rows = predict(
            self._nlp,
            chunk.texts,
            all_spans=self._all_spans,
            temperatures=self._temperatures,
            batch_size=len(chunk.texts),
        )
        metas = ({"meta": meta} if meta else {} for meta in chunk.metas)
        lines = b"".join(dumped(row | meta) + b"\n" for row, meta in zip(rows, metas, strict=True))
        return Predicted(chunk.source, chunk.digest(), len(chunk.texts), lines)
