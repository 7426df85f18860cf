"""Which answers go out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from loop.errors import LoopError
from loop.formats.raw import Answered


@dataclass(frozen=True, slots=True)
class Selection:
    """Conditions that an answer must all meet; an empty one is met by every answer.

    Attributes:
        annotators: who answered. labels: of which one is among the spans answered or shown.
        since, until: when it was answered, `until` itself left out.
        complete: whether it is about the whole text. held_out: whether it is there to measure.
    """

    annotators: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    complete: bool | None = None
    held_out: bool | None = None

    def takes(self, answered: Answered) -> bool:
        """Whether an answer meets them all."""
        answer = answered.answer
        named = {span.label for span in (*answer.spans, *answer.shown)}
        return (
            (not self.annotators or answer.annotator in self.annotators)
            and (not self.labels or bool(self.labels & named))
            and (self.since is None or (answer.at is not None and answer.at >= self.since))
            and (self.until is None or (answer.at is not None and answer.at < self.until))
            and self.complete in (None, answer.complete)
            and self.held_out in (None, answer.held_out)
        )


def read_moment(typed: str) -> datetime:
    """Return a day or a moment (ISO 8601), by the clock of this machine where it names no other.

    Raises:
        LoopError: it is none.
    """
    try:
        return datetime.fromisoformat(typed).astimezone()
    except (ValueError, OverflowError, OSError):
        hint = "For example: 2026-01-31, or 2026-01-31T18:30"
        raise LoopError(f"{typed!r} is not a date or timestamp.", hint=hint) from None
