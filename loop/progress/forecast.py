"""What cross-validation expects of more answers; kept in the log, for as long as it is about these answers."""

from __future__ import annotations

from dataclasses import dataclass

from loop.acquire.stopping import Gain
from loop.store import Store
from loop.store.events import EventKind

# It is about a project with so many times as many answers, or texts left, at the most.
GROWTH = 1.25


@dataclass(frozen=True, slots=True)
class Expected:
    """What a curve that `loop curve` has fitted expects, in points of F1.

    Attributes:
        answers: that train, when it was made. pool: texts that were left.
        more: of the next 100 answers. rest: of all texts left.
    """

    answers: int
    pool: int
    more: Gain
    rest: Gain


def note(store: Store, expected: Expected) -> None:
    """Keep it, as an event of the log."""
    gains = {"more": list(expected.more), "rest": list(expected.rest)}
    store.journal.note(EventKind.CURVE, {"answers": expected.answers, "pool": expected.pool} | gains)


def noted(store: Store, *, answers: int, pool: int) -> Expected | None:
    """The last one that was kept; None where the answers that train, or the texts left, are others by now."""
    event = store.journal.latest(EventKind.CURVE)
    if event is None:
        return None
    found = Expected(event["answers"], event["pool"], Gain(*event["more"]), Gain(*event["rest"]))
    alike = found.answers <= GROWTH * answers and answers <= GROWTH * found.answers and pool <= GROWTH * found.pool
    return found if alike else None
