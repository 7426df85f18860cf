"""Predict chunks in this process, or with several workers on this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from loop.bulk.chunks import Chunk, Predicted
from loop.bulk.predictor import Job, Predictor
from loop.errors import LoopError

ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "BLIS", "VECLIB")}
# Chunks in progress per worker: one running, one waiting, so that no worker waits for the reader.
_AHEAD = 2
_predictor: Predictor | None = None


def predicted(job: Job, chunks: Iterable[Chunk], *, workers: int = 1) -> Iterator[Predicted]:
    """Yield the predictions of the chunks in order; the bytes do not depend on the number of workers.

    Each worker is a process that loads the pipeline once and computes on one thread.

    Raises:
        PipelineError: the pipeline cannot be used.
        InputError: a chunk cannot be read; those before it have been yielded.
        LoopError: a worker was killed.
    """
    if workers == 1:
        predictor = Predictor(job)
        yield from (predictor.predict(chunk) for chunk in chunks)
        return
    with _one_thread_each():
        pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=_begin)
        try:
            yield from _in_order(lambda chunk: pool.submit(_predict, job, chunk), chunks, ahead=_AHEAD * workers)
        except BrokenProcessPool:
            hint = "Is there enough memory for that many? The same command resumes where it stopped."
            raise LoopError("A worker was killed.", hint=hint) from None
        finally:
            pool.shutdown(cancel_futures=True)


def _in_order(
    submit: Callable[[Chunk], Future[Predicted]], chunks: Iterable[Chunk], *, ahead: int
) -> Iterator[Predicted]:
    """Yield what becomes of every chunk, in their order, at most `ahead` of them under way."""
    readable = _UntilProblem(chunks)
    waiting: deque[Future[Predicted]] = deque()
    for chunk in readable:
        waiting.append(submit(chunk))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
    if readable.problem:
        raise readable.problem


class _UntilProblem:
    """Iterates over chunks up to the first unreadable one; `problem` is then its error.

    So the chunks before it are predicted and kept before the run fails.
    """

    def __init__(self, chunks: Iterable[Chunk]) -> None:
        self._chunks = chunks
        self.problem: LoopError | None = None

    def __iter__(self) -> Iterator[Chunk]:
        try:
            yield from self._chunks
        except LoopError as error:
            self.problem = error


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Limit processes started in the block to one thread each: libraries read these variables when they load."""
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _begin() -> None:
    """Set up a worker: leave Ctrl-C to the parent, and exit with the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _predict(job: Job, chunk: Chunk) -> Predicted:
    global _predictor
    if _predictor is None:
        _predictor = Predictor(job)
    return _predictor.predict(chunk)
