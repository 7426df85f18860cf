"""Chunks predicted on a Ray cluster, through Ray Data: files are read where it runs, each actor loads the pipeline."""

from __future__ import annotations

import logging
import os
import pickle
import warnings
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from loop.bulk.chunks import Chunk, Predicted, cut
from loop.bulk.predictor import Job, Predictor
from loop.errors import LoopError
from loop.formats import read, source_name

Batch = dict[str, Any]
_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal"}
# Its name says another thing; what it does is to let Ray listen on 127.0.0.1 alone.
_LOOPBACK = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
# So many bytes go to an actor at a time: some chunks. Ray's own 128 MB would leave all of a file to one of them.
_BLOCK_BYTES = 256 * 1024
# Other resources than the actors', or Ray would fuse both and let one actor read and predict a whole file.
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
    """Yield the predictions of every chunk of the files, in their order, the same bytes as without Ray.

    It joins the cluster that RAY_ADDRESS names, or else starts a Ray of its own on this machine, without dashboard,
    usage statistics or a port that other machines can reach.

    Args:
        job: its model has to be found where the actors run.
        files: paths or URLs, which have to be found where they run as well.
        actors: how many there are.
        skip: chunks to leave out at the beginning of a file, by its name.
        format: see `loop.formats.read`.
        text_field: see there.

    Raises:
        LoopError: Ray is not installed, a file cannot be read (what came before it was yielded), or the pipeline
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
    # A CPU more than the actors have, for reading.
    started: dict[str, Any] = {"num_cpus": actors + 1, "include_dashboard": False} if own else {}
    try:
        ray.init(log_to_driver=False, logging_level=logging.ERROR, **started)
    except ConnectionError:
        hint = "RAY_ADDRESS has to name its head, and RAY_AUTH_MODE how one shows who one is, if it asks for that."
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
    # A file is one input, and many chunks.
    warnings.filterwarnings("ignore", message="The minimum number of concurrent actors", category=UserWarning)
    return ray


def _read(batch: Batch, *, format: str | None, text_field: str) -> Iterator[Batch]:
    """The chunks of a file; where it cannot be read on, the reason takes the place of the rest."""
    chunks = cut(read(str(batch["file"][0]), format=format, text_field=text_field))
    try:
        for chunk in islice(chunks, int(batch["skip"][0]), None):
            yield _packed(chunk)
    except LoopError as error:
        yield _packed(error)


class _Actor:
    """A process that loads the pipeline once."""

    def __init__(self, job: Job) -> None:
        self._predictor: Predictor | LoopError
        try:
            self._predictor = Predictor(job)
        except LoopError as error:  # Ray would try again and again
            self._predictor = error

    def __call__(self, batch: Batch) -> Batch:
        item: Chunk | LoopError = pickle.loads(batch["item"][0])
        if isinstance(item, LoopError):
            return _packed(item)
        if isinstance(self._predictor, LoopError):
            return _packed(self._predictor)
        try:
            return _packed(self._predictor.predict(item))
        except Exception as error:  # Ray writes it to its logs, and it may quote a text
            problem = f"An actor failed with {type(error).__name__}."
            return _packed(LoopError(problem, hint="Without --ray it says where."))


def _packed(item: Chunk | Predicted | LoopError) -> Batch:
    return {"item": [pickle.dumps(item)]}


def _unpacked(row: Batch) -> Predicted:
    item = pickle.loads(row["item"])
    if isinstance(item, LoopError):
        raise item
    return item  # type: ignore[no-any-return]
