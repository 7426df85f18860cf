"""Results in the order of what was asked for, while some of it is still being worked on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future

from loop.bulk.chunks import Chunk, Predicted
from loop.errors import LoopError


class UntilProblem:
    """Chunks up to the first that cannot be read; then they end, and `problem` says why.

    So what was read before is predicted and kept, and only then the run fails.
    """

    def __init__(self, chunks: Iterable[Chunk]) -> None:
        self._chunks = chunks
        self.problem: LoopError | None = None

    def __iter__(self) -> Iterator[Chunk]:
        try:
            yield from self._chunks
        except LoopError as error:
            self.problem = error


def in_order(
    submit: Callable[[Chunk], Future[Predicted]], chunks: Iterable[Chunk], *, ahead: int
) -> Iterator[Predicted]:
    """Yield what becomes of every chunk, in their order, at most `ahead` of them under way.

    Raises:
        LoopError: a chunk could not be read, after all before it were yielded; or one could not be predicted.
    """
    readable = UntilProblem(chunks)
    waiting: deque[Future[Predicted]] = deque()
    for chunk in readable:
        waiting.append(submit(chunk))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
    if readable.problem:
        raise readable.problem
