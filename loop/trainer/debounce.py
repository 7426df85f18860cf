"""Debounces changes of answers: retraining waits for a pause, so ten edits cost one retraining."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable


class Debounce:
    """Detects when a state has not changed for some time.

    Args:
        seconds: how long; 0 for no waiting.
        clock: a monotonic clock.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._last: tuple[Hashable, float] | None = None

    def is_over(self, state: Hashable) -> bool:
        """Whether `state` equals that of the previous calls, and has for long enough."""
        now = self._clock()
        if self._last is None or self._last[0] != state:
            self._last = state, now
        return now - self._last[1] >= self._seconds

    def begin(self) -> None:
        """Forget the state and start a new pause."""
        self._last = None
