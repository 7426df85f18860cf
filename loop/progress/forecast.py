"""The gain that cross-validation expects from more answers, stored in the event log while it applies."""

from __future__ import annotations

from dataclasses import dataclass

from loop.acquire.stopping import Gain
from loop.store import Store
from loop.store.events import EventKind

# It applies until the answers, or the texts left, have changed by this factor.
GROWTH = 1.25


@dataclass(frozen=True, slots=True)
class Expected:
    """The gain expected by the curve of `loop curve`, in points of F1.

    Attributes:
        answers: training answers at that time. pool: texts left at that time.
        more: from the next 100 answers. rest: from all texts left.
    """

    answers: int
    pool: int
    more: Gain
    rest: Gain


def note(store: Store, expected: Expected) -> None:
    """Store a forecast as an event."""
    gains = {"more": list(expected.more), "rest": list(expected.rest)}
    store.journal.note(EventKind.CURVE, {"answers": expected.answers, "pool": expected.pool} | gains)


def noted(store: Store, *, answers: int, pool: int) -> Expected | None:
    """The last forecast stored; None if the number of answers or of texts left has changed too much since."""
    event = store.journal.latest(EventKind.CURVE)
    if event is None:
        return None
    found = Expected(event["answers"], event["pool"], Gain(*event["more"]), Gain(*event["rest"]))
    alike = found.answers <= GROWTH * answers and answers <= GROWTH * found.answers and pool <= GROWTH * found.pool
    return found if alike else None
