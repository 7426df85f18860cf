"""Predict chunks on a Ray cluster with Ray Data: files are read there, and each actor loads the pipeline."""

from __future__ import annotations

import logging
import os
import pickle
import warnings
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from loop.bulk.chunks import Chunk, Predicted, chunked
from loop.bulk.predictor import Job, Predictor
from loop.errors import LoopError
from loop.formats import read, source_name

Batch = dict[str, Any]
_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal"}
# Despite its name, this makes Ray listen only on 127.0.0.1.
_LOOPBACK = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
# Bytes per block: a few chunks. Ray's default of 128 MB would give a whole file to one actor.
_BLOCK_BYTES = 256 * 1024
# Different resources than the actors': otherwise Ray fuses both, and one actor reads and predicts a whole file.
_READING_CPUS = 0.5


def predicted_by_ray(
    job: Job,
    files: Sequence[Path | str],
    *,
    actors: int,
    skip: Mapping[str, int],
    format: str | None = None,
    text_field: str = "text",
) -> Iterator[Predicted]:
    """Yield the predictions of the files' chunks in order, the same bytes as without Ray.

    It joins the cluster at RAY_ADDRESS, or else starts Ray on this machine, without dashboard, usage statistics or
    ports open to other machines.

    Args:
        job: its model must exist where the actors run.
        files: paths or URLs, which must exist there too.
        actors: their number.
        skip: the number of chunks to skip at the start of each file, by name.
        format: see `loop.formats.read`.
        text_field: see there.

    Raises:
        LoopError: Ray is not installed, a file cannot be read (after the chunks before were yielded), or the pipeline
            cannot be used.
    """
    ray = _started_ray(actors)
    context = ray.data.DataContext.get_current()
    context.execution_options.preserve_order = True
    context.target_max_block_size = _BLOCK_BYTES
    context.enable_progress_bars = False
    rows = [{"file": str(file), "skip": skip.get(source_name(file), 0)} for file in files]
    try:
        found = (
            ray.data.from_items(rows, override_num_blocks=len(rows))
            .map_batches(
                _read, batch_size=1, num_cpus=_READING_CPUS, fn_kwargs={"format": format, "text_field": text_field}
            )
            .map_batches(
                _Actor,
                batch_size=1,
                num_cpus=1,
                compute=ray.data.ActorPoolStrategy(size=actors),
                fn_constructor_args=(job,),
            )
        )
        for row in found.iter_rows():
            yield _unpacked(row)
    finally:
        ray.shutdown()


def _started_ray(actors: int) -> Any:
    own = "RAY_ADDRESS" not in os.environ
    os.environ.update(_QUIET | (_LOOPBACK if own else {}))  # read when Ray is imported
    ray = _imported_ray()
    # One CPU more than the actors need, for reading.
    started: dict[str, Any] = {"num_cpus": actors + 1, "include_dashboard": False} if own else {}
    try:
        ray.init(log_to_driver=False, logging_level=logging.ERROR, **started)
    except ConnectionError:
        hint = "Set RAY_ADDRESS to its head node, and RAY_AUTH_MODE if it needs authentication."
        raise LoopError(f"No Ray cluster answers at {os.environ.get('RAY_ADDRESS')}.", hint=hint) from None
    return ray


def _imported_ray() -> Any:
    try:
        import ray
        import ray.data
    except ImportError:
        hint = "Install it with `pip install 'spacy-loop[ray]'`."
        raise LoopError("Predicting on a cluster needs ray and ray.data.", hint=hint) from None
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    # A file is a single input, but gives many chunks.
    warnings.filterwarnings("ignore", message="The minimum number of concurrent actors", category=UserWarning)
    return ray


def _read(batch: Batch, *, format: str | None, text_field: str) -> Iterator[Batch]:
    """The chunks of a file; if reading fails, the error replaces the rest."""
    chunks = chunked(read(str(batch["file"][0]), format=format, text_field=text_field))
    try:
        for chunk in islice(chunks, int(batch["skip"][0]), None):
            yield _packed(chunk)
    except LoopError as error:
        yield _packed(error)


class _Actor:
    """A Ray actor, which loads the pipeline once."""

    def __init__(self, job: Job) -> None:
        self._predictor: Predictor | LoopError
        try:
            self._predictor = Predictor(job)
        except LoopError as error:  # Ray would retry endlessly
            self._predictor = error

    def __call__(self, batch: Batch) -> Batch:
        item: Chunk | LoopError = pickle.loads(batch["item"][0])
        if isinstance(item, LoopError):
            return _packed(item)
        if isinstance(self._predictor, LoopError):
            return _packed(self._predictor)
        try:
            return _packed(self._predictor.predict(item))
        except Exception as error:  # Ray would log it, and it may quote a text
            problem = f"An actor failed with {type(error).__name__}."
            return _packed(LoopError(problem, hint="Run it without --ray to see where."))


def _packed(item: Chunk | Predicted | LoopError) -> Batch:
    return {"item": [pickle.dumps(item)]}


def _unpacked(row: Batch) -> Predicted:
    item = pickle.loads(row["item"])
    if isinstance(item, LoopError):
        raise item
    return item  # type: ignore[no-any-return]
