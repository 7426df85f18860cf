"""Changes of what was learned are gathered: going back waits for a pause, so that ten changes cost one way back."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable


class Pause:
    """Tells when something has not changed for some seconds.

    Made from the seconds, 0 for no waiting, and a clock that only goes forward.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._last: tuple[Hashable, float] | None = None

    def is_over(self, state: Hashable) -> bool:
        """Whether `state` is as it was when it was last asked about, and has been for long enough."""
        now = self._clock()
        if self._last is None or self._last[0] != state:
            self._last = state, now
        return now - self._last[1] >= self._seconds

    def begin(self) -> None:
        """Forget what was asked about: the next pause is another one."""
        self._last = None
